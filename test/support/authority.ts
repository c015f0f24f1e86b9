import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of a certificate and its key, PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface IssueOptions {
  /** As openssl writes it; `/CN=<name>` when absent. */
  readonly subject?: string;
  /** Such as `IP:127.0.0.1,DNS:localhost`; without it the certificate has no names but that of its subject. */
  readonly names?: string;
  /** Days from now to its end; a negative number makes one that has expired. */
  readonly days?: number;
}

/** A certificate authority of a test, whose files lie in a folder. */
export class Authority implements Issued {
  readonly certificate: string;
  readonly key: string;
  readonly #folder: string;

  private constructor(folder: string, certificate: string, key: string) {
    this.#folder = folder;
    this.certificate = certificate;
    this.key = key;
  }

  static async create(folder: string, name = 'authority'): Promise<Authority> {
    await mkdir(folder, { recursive: true });
    const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const subject = ['-subj', `/CN=${name}`, '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    await run('openssl', ['req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, '-days', '2', ...subject]);
    return new Authority(folder, certificate, key);
  }

  async issue(name: string, { subject = `/CN=${name}`, names, days = 2 }: IssueOptions = {}): Promise<Issued> {
    const path = (ending: string) => join(this.#folder, `${name}.${ending}`);
    await run('openssl', ['req', ...NEW_KEY, '-keyout', path('key'), '-out', path('csr'), '-subj', subject, '-utf8']);
    const extensions = ['basicConstraints=CA:FALSE', ...(names === undefined ? [] : [`subjectAltName=${names}`])];
    await writeFile(path('extensions'), extensions.join('\n'));
    const by = ['-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial', '-days', `${days}`];
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      path('csr'),
      '-out',
      path('pem'),
      ...by,
      '-extfile',
      path('extensions'),
    ]);
    return { certificate: path('pem'), key: path('key') };
  }
}

/** What a client or a server is given of it. */
export async function readIssued({ certificate, key }: Issued): Promise<{ cert: Buffer; key: Buffer }> {
  return { cert: await readFile(certificate), key: await readFile(key) };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
