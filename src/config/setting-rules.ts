import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import ipaddr from 'ipaddr.js';
import { parseByteSize } from './byte-size.js';
import { formatDuration, parseDuration } from './duration.js';
import type { SettingRule } from './setting.decorator.js';

/** The longest delay of a timer of Node; a longer one fires at once. */
const LONGEST_DURATION = 2 ** 31 - 1;
const MIB = 1024 ** 2;
const BOOLEANS: Record<string, boolean> = { true: true, false: false };

export function oneOf(...choices: string[]): SettingRule {
  return {
    isValid: (value) => choices.some((choice) => choice === value),
    rule: `must be one of ${choices.join(', ')}`,
    fix: `Write ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, in lower case.`,
  };
}

export const boolean: SettingRule = {
  parse: (text) => BOOLEANS[text.toLowerCase()],
  isValid: (value) => typeof value === 'boolean',
  rule: 'must be true or false',
  fix: 'Write true or false.',
};

export const port: SettingRule = {
  parse: parseWhole,
  isValid: (value) => isIntegerBetween(value, 0, 65_535),
  rule: 'must be a whole number from 0 to 65535',
  fix: 'Write a port such as 5000, or 0 for any free one.',
};

/** A number of processes. */
export const workers: SettingRule = {
  parse: (text) => (text === 'auto' ? availableParallelism() : parseWhole(text)),
  isValid: (value) => isIntegerBetween(value, 1, 1024),
  rule: 'must be a whole number from 1 to 1024, or auto',
  fix: 'Write 1, the number of processes, or auto for one on each processor.',
};

/** The same, or nothing. */
export function optional(rule: SettingRule): SettingRule {
  return { ...rule, isValid: (value) => value === undefined || rule.isValid(value) };
}

/** A whole number, `least` or more, and `most` or less where that is given. */
export function count(least: number, most?: number): SettingRule {
  return {
    parse: parseWhole,
    isValid: (value) => isIntegerBetween(value, least, most ?? Number.MAX_SAFE_INTEGER),
    rule: most ? `must be a whole number from ${least} to ${most}` : `must be a whole number, ${least} or more`,
    fix: `Write a number such as ${most ?? `${least}000`}.`,
  };
}

/** A duration in milliseconds, of `least` to `most` milliseconds. */
export function duration(least: number, most = LONGEST_DURATION): SettingRule {
  return {
    parse: parseDuration,
    isValid: (value) => isIntegerBetween(value, least, most),
    rule: `must be a duration from ${formatDuration(least)} to ${formatDuration(most)}: a whole number and one of the units ms, s, m, h`,
    fix: 'Write a duration such as 500ms, 30s, 2m or 1h.',
  };
}

/** A size in bytes, of `least` MiB or more, and of `most` MiB or less where that is given. */
export function byteSize(least: number, most?: number): SettingRule {
  const bounds = most ? `from ${least}MiB to ${most}MiB` : `of at least ${least}MiB`;
  return {
    parse: parseByteSize,
    isValid: (value) => isIntegerBetween(value, least * MIB, most ? most * MIB : Number.MAX_SAFE_INTEGER),
    rule: `must be a size ${bounds}: whole bytes, or a whole number and one of the units KiB, MiB, GiB`,
    fix: `Write a size such as ${least}MiB or ${least * 2}MiB.`,
  };
}

export const folder: SettingRule = {
  isValid: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  rule: 'must be the path of a folder',
  fix: 'Write a path such as ./data or /var/lib/stowage.',
};

export const optionalFile: SettingRule = {
  isValid: (value) => value === undefined || folder.isValid(value),
  rule: 'must be the path of a file',
  fix: 'Write a path such as ./keys/signing.pem.',
};

export const host: SettingRule = {
  isValid: (value) => value === 'localhost' || isAddress(value),
  rule: 'must be an IP address or localhost',
  fix: 'Write 127.0.0.1 or ::1 for this machine only, 0.0.0.0 or :: for all of its addresses, or one of them.',
};

/** Whether only this machine can reach what listens there; for what `host` takes. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || ipaddr.process(address).range() === 'loopback';
}

/** A list of names out of `choices`, each once. */
export function authenticatorNames(choices: readonly string[]): SettingRule {
  return {
    parse: parseList,
    isValid: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((name, index) => choices.includes(name) && value.indexOf(name) === index),
    rule: `must be a list of names out of ${choices.join(', ')}, each at most once`,
    fix: 'Write the names in the order in which they are to be asked: separated by commas in the environment, a list in YAML.',
  };
}

export const names: SettingRule = {
  parse: parseList,
  isValid: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== ''),
  rule: 'must be a list of names',
  fix: 'Write the names: separated by commas in the environment, a list in YAML.',
};

/** A text that can stand between quotes in a header. */
export const plainText: SettingRule = {
  isValid: (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) && !/["\\]/.test(value),
  rule: 'must be a text of ASCII without quotes and backslashes',
  fix: 'Write a few words.',
};

export const publicUrl: SettingRule = {
  parse: (text) => text.replace(/\/+$/, ''),
  isValid: (value) => value === undefined || (typeof value === 'string' && isPublicUrl(value)),
  rule: 'must be an absolute http or https URL without credentials, query or fragment',
  fix: 'Write the URL that clients reach the registry under, such as https://registry.example.com.',
};

/** Only characters that are written alike in a path and in a URL. */
export const pathPrefix: SettingRule = {
  parse: (text) => text.replace(/\/+$/, ''),
  isValid: (value) => typeof value === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(value),
  rule: 'must be a path of letters, digits and the characters . _ ~ - /, which begins with a slash',
  fix: 'Write the internal location of the proxy, such as /stowage-content.',
};

export const addressRanges: SettingRule = {
  parse: parseList,
  isValid: (value) => Array.isArray(value) && value.every(isAddressRange),
  rule: 'must be a list of IP addresses and of CIDR ranges that do not take in all addresses',
  fix: 'Write entries such as 10.0.0.1, 192.168.0.0/16 or fd00::/8: separated by commas in the environment, a list in YAML.',
};

export const optionalUrl: SettingRule = {
  ...publicUrl,
  fix: 'Write a URL such as https://storage.example.com.',
};

/** A name, an id or a secret that others have given, or nothing. */
export const word: SettingRule = {
  isValid: (value) => value === undefined || (typeof value === 'string' && /^[\x21-\x7e]{1,8192}$/.test(value)),
  rule: 'must be a text without spaces, of printable characters of ASCII',
  fix: 'Write it as the service gave it, without quotes, spaces or line feeds around it.',
};

/** The name of a bucket or a container, or the ARN of an access point, or nothing. */
export const bucket: SettingRule = {
  isValid: (value) => value === undefined || (typeof value === 'string' && /^[\w.:/-]{3,255}$/.test(value)),
  rule: 'must be a name of 3 to 255 letters, digits and the characters . _ : / -',
  fix: 'Write the name alone, such as stowage-content.',
};

/** Only characters that need no encoding in a URL. */
export const keyPrefix: SettingRule = {
  parse: (text) => text.replace(/^\/+|\/+$/g, '').replace(/.$/, '$&/'),
  isValid: (value) => typeof value === 'string' && /^(?:(?!\.{1,2}\/)[\w.-]+\/)*$/.test(value) && value.length <= 255,
  rule: 'must be a path of at most 255 letters, digits and the characters . _ - /',
  fix: 'Write a prefix such as registry or teams/registry.',
};

/** So many bytes in base64, or nothing. */
export function base64Key(bytes: number): SettingRule {
  return {
    isValid: (value) => value === undefined || (typeof value === 'string' && isBase64Of(value, bytes)),
    rule: `must be ${bytes} bytes in base64`,
    fix: `Make one with: openssl rand -base64 ${bytes}`,
  };
}

export const sharedAccessSignature: SettingRule = {
  parse: (text) => text.replace(/^\?/, ''),
  isValid: (value) => value === undefined || (word.isValid(value) && /(?:^|&)sig=[^&]/.test(String(value))),
  rule: 'must be a shared access signature: a query that has a sig',
  fix: 'Write the token as the portal or the command line of Azure gives it.',
};

function parseList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function parseWhole(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function isIntegerBetween(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** Stricter than `ipaddr.isValid`, which also takes forms such as `127.1` and `0x7f000001`. */
function isAddress(value: unknown): value is string {
  return typeof value === 'string' && isIP(value) !== 0;
}

function isAddressRange(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address, prefix] = value.split('/');
  if (!isAddress(address)) return false;
  // Express refuses a range of all addresses, too.
  return prefix === undefined || (ipaddr.isValidCIDR(value) && Number(prefix) > 0);
}

/** Stricter than `URL.canParse`, which also takes `http:host` and drops line breaks. */
function isPublicUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#@\\][^\s?#@\\]*$/.test(value) && URL.canParse(value);
}

function isBase64Of(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text;
}
