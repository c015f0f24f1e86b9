import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Principal } from '#libs/access';
import { type CertificateOptions, openCertificates } from './index.js';

const read = (name: string) => new X509Certificate(readFileSync(new URL(`testdata/${name}.pem`, import.meta.url)));
const person = read('person');

async function vouch(
  certificate: X509Certificate,
  options: Partial<CertificateOptions> = {},
): Promise<Principal | null> {
  const authenticator = await openCertificates({ name: 'cn', groups: 'ou', ...options });
  return authenticator.authenticate({ kind: 'certificate', certificate });
}

describe('a certificate', () => {
  it('is vouched for with all that policies may ask for', async () => {
    expect(await vouch(person)).toEqual({
      name: 'alice',
      isAnonymous: false,
      groups: ['staff', 'builders'],
      claims: {
        issuer: 'O=Example, OU=staff, OU=builders, CN=alice',
        subject: 'O=Example, OU=staff, OU=builders, CN=alice',
        serial: person.serialNumber,
        dns: ['a.example', 'b.example'],
        email: ['alice@example.org'],
        uri: ['spiffe://example.org/ci/build'],
      },
      authenticator: 'certificate',
      credential: person.fingerprint256,
      expiresAt: Date.parse(person.validTo),
    });
  });

  it.each([
    ['email', 'alice@example.org'],
    ['uri', 'spiffe://example.org/ci/build'],
  ] as const)('names the principal by its %s', async (name, expected) => {
    expect((await vouch(person, { name }))?.name).toBe(expected);
  });

  it.each([
    ['o', ['Example']],
    ['none', []],
  ] as const)('has the groups of %s', async (groups, expected) => {
    expect((await vouch(person, { groups }))?.groups).toEqual(expected);
  });

  it.each<[string, string, Partial<CertificateOptions>]>([
    ['has two common names', 'two-names', {}],
    ['has two names of the kind that counts', 'person', { name: 'dns' }],
    ['has no common name', 'no-name', {}],
    ['has no alternative name', 'no-name', { name: 'uri' }],
    ['has a name that cannot be shown', 'control-character', {}],
    ['has expired', 'expired', {}],
  ])('is not vouched for when it %s', async (_case, file, options) => {
    expect(await vouch(read(file), options)).toBeNull();
  });

  it('is all that counts', async () => {
    const authenticator = await openCertificates({ name: 'cn', groups: 'ou' });
    expect(authenticator.kinds).toEqual(['certificate']);
    expect(await authenticator.authenticate({ kind: 'password', user: 'alice', password: '' })).toBeNull();
  });
});
