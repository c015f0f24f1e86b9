import { parseDuration } from './duration.js';
import type { SettingRule } from './setting.decorator.js';

const HOUR = 3_600_000;
/** Ten years: a date so far ahead can still be written down. */
const LONGEST_PERIOD = 87_600 * HOUR;

/** A duration in milliseconds, of `least` milliseconds or more, that no timer has to wait for: it may last years. */
export function period(least: number): SettingRule {
  return {
    parse: parseDuration,
    isValid: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= LONGEST_PERIOD,
    rule: `must be a duration from ${least / 1000}s to 87600h: a whole number and one of the units ms, s, m, h`,
    fix: 'Write a duration such as 5m, 12h or 720h.',
  };
}

/** The name of a service, which stands between quotes in a header. */
export const serviceName: SettingRule = {
  isValid: (value) => value === undefined || (typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)),
  rule: 'must be a text of visible ASCII without spaces, quotes and backslashes',
  fix: 'Write a name such as registry.example.com.',
};

export const serviceUrl: SettingRule = {
  isValid: (value) => value === undefined || (typeof value === 'string' && isServiceUrl(value)),
  rule: 'must be an absolute http or https URL without credentials and fragment',
  fix: 'Write a URL such as https://auth.example.com/token.',
};

/** Names of signature algorithms; which ones there are, whoever verifies says. */
export const algorithms: SettingRule = {
  parse: (text) => text.split(',').map((entry) => entry.trim()),
  isValid: (value) =>
    Array.isArray(value) && value.every((entry) => /^(?:ES|PS|RS)(?:256|384|512)$|^EdDSA$/.test(entry)),
  rule: 'must be a list of asymmetric algorithms: ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512, EdDSA',
  fix: 'Write names such as ES256: separated by commas in the environment, a list in YAML.',
};

function isServiceUrl(value: string): boolean {
  return /^https?:\/\/[^\s/?#@\\"][^\s#@\\"]*$/.test(value) && URL.canParse(value);
}
