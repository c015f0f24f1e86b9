import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Issued } from '../../support/authority.ts';
import { readLayout } from '../clients/client.ts';
import { type CommandOptions, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import type { Workspace } from '../workspace.ts';
import type { Arguments, LoginCommands, LoginProgram } from './programs.ts';

/** What somebody shows: a password, or a certificate at each connection. */
export type Credentials = { readonly user: string; readonly password: string } | { readonly certificate: Issued };

export interface SessionOptions {
  readonly host: string;
  readonly image: SourceImage;
  /** See `Surroundings`. */
  readonly archive: string;
  /** Where the daemon of docker listens. */
  readonly dockerSocket: string;
  /** File of the authority of the registry, PEM; absent where it speaks plain HTTP. */
  readonly authority?: string;
}

/** A program in a home folder of its own: what it logs in to is known to nothing else. */
export class Session {
  readonly #workspace: Workspace;
  readonly #program: LoginProgram;
  readonly #options: SessionOptions;
  readonly #credentials: Credentials | null;
  readonly #env: NodeJS.ProcessEnv;
  readonly #commands: LoginCommands;

  private constructor(
    workspace: Workspace,
    program: LoginProgram,
    options: SessionOptions,
    credentials: Credentials | null,
    env: NodeJS.ProcessEnv,
    commands: LoginCommands,
  ) {
    this.#workspace = workspace;
    this.#program = program;
    this.#options = options;
    this.#credentials = credentials;
    this.#env = env;
    this.#commands = commands;
  }

  static async open(
    workspace: Workspace,
    program: LoginProgram,
    options: SessionOptions,
    credentials: Credentials | null,
  ): Promise<Session> {
    const { authority, dockerSocket } = options;
    const environment = await workspace.environment(program.name);
    const home = environment.HOME ?? '';
    const certificate = credentials !== null && 'certificate' in credentials ? credentials.certificate : null;
    if (authority !== undefined) {
      await copyFile(authority, join(home, 'ca.crt'));
      if (certificate !== null) {
        await copyFile(certificate.certificate, join(home, 'client.cert'));
        await copyFile(certificate.key, join(home, 'client.key'));
      }
    }
    const env = {
      ...environment,
      DOCKER_HOST: dockerSocket,
      ...(authority !== undefined && { SSL_CERT_FILE: authority }),
    };
    const commands = program.commands({
      ...options,
      home,
      showsCertificate: certificate !== null,
      ...(authority !== undefined && { certificates: home }),
    });
    const session = new Session(workspace, program, options, credentials, env, commands);
    await session.#all(commands.prepare ?? []);
    return session;
  }

  /** Who shows a certificate has nothing to log in with. */
  async login(): Promise<void> {
    if (this.#credentials === null || 'certificate' in this.#credentials) return;
    const { user, password } = this.#credentials;
    await this.#workspace.within('password', async (folder) => {
      const stdin = join(folder, 'password');
      await writeFile(stdin, password);
      await this.#run(this.#commands.login(user), { stdin });
    });
  }

  async logout(): Promise<void> {
    await this.#run(this.#commands.logout);
  }

  async push(repository: string): Promise<void> {
    await this.#all(this.#commands.push(this.#reference(repository)));
  }

  /** Pulls, and compares what came with what was pushed where the program leaves an image layout. */
  async pull(repository: string): Promise<void> {
    await this.#workspace.within('pulled', async (folder) => {
      await this.#all(this.#commands.pull(this.#reference(repository), folder));
      if (!this.#program.pullsToLayout) return;
      assert.deepEqual((await readLayout(folder)).diffIds, this.#options.image.diffIds);
    });
  }

  #reference(repository: string): string {
    return `${this.#options.host}/${repository}:v1`;
  }

  async #all(commands: readonly Arguments[]): Promise<void> {
    for (const command of commands) await this.#run(command);
  }

  async #run(command: Arguments, options: CommandOptions = {}): Promise<void> {
    await run(this.#program.path, command, { ...options, env: this.#env, timeout: 60_000 });
  }
}
