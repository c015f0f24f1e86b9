import type { SettingRule } from './setting.decorator.js';
import { names } from './setting-rules.js';

const PROVIDER = /^(?:https:\/\/[^\s?#@]+|http:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/[^\s?#]*)?)$/;

/** With TLS, except on this machine. */
export const identityProvider: SettingRule = {
  isValid: (value) => value === undefined || (typeof value === 'string' && PROVIDER.test(value) && URL.canParse(value)),
  rule: 'must be a URL of https without credentials, query or fragment',
  fix: 'Write the issuer as the provider has it, such as https://login.example.org/realms/main.',
};

export const loginScopes: SettingRule = {
  ...names,
  isValid: (value) =>
    Array.isArray(value) && value.includes('openid') && value.every((scope) => /^[\x21-\x7e]+$/.test(scope)),
  rule: 'must be a list of scopes with openid in it',
  fix: 'Write openid and what else the provider is to be asked for: separated by commas in the environment, a list in YAML.',
};
