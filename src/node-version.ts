/** As in the `engines` of package.json. */
const MINIMUM = [24, 9] as const;

/** What is wrong with a version of Node, in one line; undefined when the registry runs on it. */
export function checkNodeVersion(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return undefined;
  return `stowage needs Node ${MINIMUM.join('.')} or newer, and this is ${version}: run it through npm, as in "npm start", which brings its own`;
}
