import { execFile } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type JWTHeaderParameters, SignJWT } from 'jose';

const run = promisify(execFile);

export const ISSUER = 'token-service.example';
export const SERVICE = 'registry.example';

export interface Signer {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function makeSigner(): Signer {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** The key as a member of a JSON Web Key Set. */
export function jwkOf({ publicKey }: Signer, kid?: string): Record<string, unknown> {
  return { ...publicKey.export({ format: 'jwk' }), use: 'sig', ...(kid !== undefined && { kid }) };
}

/** A token as an external token service issues it; a claim or a member of the header that is undefined is left out. */
export async function issueToken(
  { privateKey }: Pick<Signer, 'privateKey'>,
  claims: Readonly<Record<string, unknown>> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: ISSUER,
    aud: SERVICE,
    sub: 'ann',
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: randomUUID(),
    access: [],
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...header }).sign(privateKey);
}

/** Serves a key set over HTTP, as often as it is asked for. */
export async function serveKeys() {
  const state = { keys: [] as unknown[], status: 200, requests: 0 };
  const server = createServer((_request, response) => {
    state.requests++;
    response.writeHead(state.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ keys: state.keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { state, url: `http://127.0.0.1:${port}/keys.json`, close };
}

export interface CertificateOptions {
  readonly issuer?: string;
  readonly isAuthority?: boolean;
  /** How long it is valid; negative for one that has expired. */
  readonly days?: number;
}

/** Makes certificates with openssl, in a folder of its own. */
export class CertificateMaker {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<CertificateMaker> {
    return new CertificateMaker(await mkdtemp(join(tmpdir(), 'stowage-certificates-')));
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** A certificate and its key under `name`; signed by itself where there is no issuer. */
  async make(name: string, options: CertificateOptions = {}): Promise<void> {
    const { issuer, isAuthority = false, days = 2 } = options;
    const usage = isAuthority ? 'keyCertSign' : 'digitalSignature';
    await writeFile(this.file(`${name}.pem.ext`), `basicConstraints=critical,CA:${isAuthority}\nkeyUsage=${usage}\n`);
    await run('openssl', [
      'genpkey',
      '-algorithm',
      'EC',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-out',
      this.file(`${name}.key`),
    ]);
    await run('openssl', [
      'req',
      '-new',
      '-key',
      this.file(`${name}.key`),
      '-subj',
      `/CN=${name}`,
      '-out',
      this.file(`${name}.csr`),
    ]);
    const signer = issuer
      ? ['-CA', this.file(`${issuer}.pem`), '-CAkey', this.file(`${issuer}.key`), '-CAcreateserial']
      : ['-signkey', this.file(`${name}.key`)];
    const files = [
      '-in',
      this.file(`${name}.csr`),
      '-extfile',
      this.file(`${name}.pem.ext`),
      '-out',
      this.file(`${name}.pem`),
    ];
    await run('openssl', ['x509', '-req', ...files, ...signer, '-days', String(days)]);
  }

  pem(name: string): Promise<string> {
    return readFile(this.file(`${name}.pem`), 'utf8');
  }

  async key(name: string): Promise<KeyObject> {
    return createPrivateKey(await readFile(this.file(`${name}.key`)));
  }

  /** The certificates as the header `x5c` has them. */
  async x5c(...names: string[]): Promise<string[]> {
    const texts = await Promise.all(names.map((name) => this.pem(name)));
    return texts.map((pem) => pem.replace(/-----[A-Z ]+-----|\s/g, ''));
  }
}
