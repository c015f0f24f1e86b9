import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Issued } from '../support/authority.js';
import { freePort } from '../support/free-port.ts';

/** Debian's packages of the server and of the program that fills its directory. */
export const SLAPD_PACKAGES = ['slapd', 'ldap-utils'];

export const BASE = 'dc=example,dc=org';
export const ROOT_DN = `cn=root,${BASE}`;
export const ROOT_PASSWORD = 'of the root';

export interface SlapdOptions {
  /** Entries, as LDIF. */
  readonly entries: string;
  readonly tls?: Issued & { readonly authority: string };
  /** More lines of the configuration of the database. */
  readonly settings?: string;
}

/** An OpenLDAP server with a directory of its own. */
export class Slapd {
  readonly url: string;
  readonly secureUrl: string;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, url: string, secureUrl: string) {
    this.#folder = folder;
    this.url = url;
    this.secureUrl = secureUrl;
  }

  static async start(parent: string, options: SlapdOptions): Promise<Slapd> {
    const folder = await mkdtemp(join(parent, 'slapd-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'slapd.conf'), configurationOf(folder, options));
    await writeFile(join(folder, 'entries.ldif'), options.entries);
    const slapd = new Slapd(folder, `ldap://127.0.0.1:${await freePort()}`, `ldaps://127.0.0.1:${await freePort()}`);
    await slapd.start();
    // Over the wire, so that the overlay fills in who is a member of what.
    const login = ['-x', '-D', ROOT_DN, '-w', ROOT_PASSWORD];
    await promisify(execFile)('ldapadd', [...login, '-H', slapd.url, '-f', join(folder, 'entries.ldif')]);
    return slapd;
  }

  /** Starts it at the same addresses as before. */
  async start(): Promise<void> {
    const args = ['-d', '0', '-f', join(this.#folder, 'slapd.conf'), '-h', `${this.url} ${this.secureUrl}`];
    this.#process = spawn('/usr/sbin/slapd', args, { stdio: 'inherit' });
    while (!(await isOpen(this.url))) {
      if (this.#process.exitCode !== null) throw new Error(`slapd ended with ${this.#process.exitCode}`);
      await setTimeout(20);
    }
  }

  async stop(): Promise<void> {
    const ended = this.#process && once(this.#process, 'close');
    this.#process?.kill('SIGKILL');
    await ended;
    this.#process = null;
  }

  /** Lets it answer nothing for a while, without closing what is open. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }
}

function configurationOf(folder: string, { tls, settings = '' }: SlapdOptions): string {
  const files = tls && [
    `TLSCACertificateFile ${tls.authority}`,
    `TLSCertificateFile ${tls.certificate}`,
    `TLSCertificateKeyFile ${tls.key}`,
  ];
  return `
${['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`).join('\n')}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile ${folder}/pid
${files?.join('\n') ?? ''}
database mdb
suffix "${BASE}"
rootdn "${ROOT_DN}"
rootpw "${ROOT_PASSWORD}"
directory ${folder}/data
overlay memberof
${settings}
`;
}

async function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
