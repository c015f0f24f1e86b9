type Unset<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];

/** The same settings, of which those that are not set are absent instead of undefined. */
export type WithoutUnset<T> = Omit<T, Unset<T>> & { [K in Unset<T>]?: Exclude<T[K], undefined> };

export function withoutUnset<T extends object>(settings: T): WithoutUnset<T> {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as WithoutUnset<T>;
}
