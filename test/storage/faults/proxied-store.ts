type Settings = Readonly<Record<string, string>>;

/** What makes a registry give up on a store soon, and store large blobs in small parts; for every driver. */
const IMPATIENT: Settings = { MAX_ATTEMPTS: '3', REQUEST_TIMEOUT: '2s', PART_SIZE: '5MiB' };

/** The address of the store that settings name: its origin, such as `http://127.0.0.1:7070`. */
export function originOf(settings: Settings): string {
  return new URL(settings[`${prefixOf(settings)}_ENDPOINT`] ?? '').origin;
}

/** The same store by way of another address, with little patience. */
export function withOrigin(settings: Settings, origin: string): Record<string, string> {
  const prefix = prefixOf(settings);
  const endpoint = `${prefix}_ENDPOINT`;
  const impatient = Object.entries(IMPATIENT).map(([name, value]) => [`${prefix}_${name}`, value]);
  return {
    ...settings,
    ...Object.fromEntries(impatient),
    [endpoint]: settings[endpoint]?.replace(originOf(settings), origin) ?? origin,
  };
}

function prefixOf({ STOWAGE_STORAGE_DRIVER: driver = '' }: Settings): string {
  return `STOWAGE_STORAGE_${driver.toUpperCase()}`;
}
