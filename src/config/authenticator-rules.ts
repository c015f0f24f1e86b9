import type { SettingRule } from './setting.decorator.js';
import { names } from './setting-rules.js';

export const optionalText: SettingRule = {
  isValid: (value) => value === undefined || isText(value),
  rule: 'must be a text',
  fix: 'Write it in quotes if it looks like a number.',
};

/** A name without spaces, of an attribute or a claim. */
export const word: SettingRule = {
  isValid: (value) => isText(value) && /^\S+$/.test(value),
  rule: 'must be a name without spaces',
  fix: 'Write the name as its directory or provider has it.',
};

export const distinguishedName: SettingRule = {
  isValid: (value) => value === undefined || (isText(value) && value.includes('=')),
  rule: 'must be a distinguished name',
  fix: 'Write a name such as ou=people,dc=example,dc=org.',
};

/** A filter of LDAP in which at least one of the `placeholders` stands. */
export function ldapFilter(...placeholders: string[]): SettingRule {
  return {
    isValid: (value) =>
      isText(value) &&
      value.startsWith('(') &&
      value.endsWith(')') &&
      placeholders.some((placeholder) => value.includes(placeholder)),
    rule: `must be a filter of LDAP in brackets with ${placeholders.join(' or ')} in it`,
    fix: `Write a filter such as (attribute=${placeholders[0]}).`,
  };
}

export const ldapUrls: SettingRule = {
  ...names,
  isValid: (value) => Array.isArray(value) && value.every(isLdapUrl),
  rule: 'must be a list of URLs that begin with ldap:// or ldaps:// and have nothing but a host and a port',
  fix: 'Write URLs such as ldaps://ldap.example.org: separated by commas in the environment, a list in YAML.',
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isLdapUrl(value: unknown): boolean {
  return typeof value === 'string' && /^ldaps?:\/\/[^\s/?#@]+\/?$/.test(value) && URL.canParse(value);
}
