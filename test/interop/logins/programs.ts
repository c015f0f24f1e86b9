import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceImage } from '../images.ts';
import { BIN } from '../workspace.ts';

/** With what a program works that has a home folder, and so a file of logins, of its own. */
export interface Surroundings {
  /** `address:port` of the registry. */
  readonly host: string;
  readonly home: string;
  readonly image: SourceImage;
  /** The same image as an archive that docker loads, under the name `loaded`. */
  readonly archive: string;
  /** Folder with `ca.crt`, and with `client.cert` and `client.key` where a certificate is shown; absent without TLS. */
  readonly certificates?: string;
  readonly showsCertificate: boolean;
}

/** The arguments of one command. */
export type Arguments = readonly string[];

/** A program that logs in, pushes and pulls, and the commands with which it does. */
export interface LoginProgram {
  readonly name: string;
  readonly path: string;
  /** `crane auth login` asks no registry whether the password is right. */
  readonly verifiesLogin: boolean;
  /** Whether it can be told a certificate to show to a registry on a loopback address. */
  readonly canShowCertificate: boolean;
  /** Whether it pulls what is public, without a login, from a registry that asks for a password and not for a token. */
  readonly pullsWithoutBasicLogin: boolean;
  /** Whether a pull leaves an image layout in the folder. */
  readonly pullsToLayout: boolean;
  commands(surroundings: Surroundings): LoginCommands;
}

export interface LoginCommands {
  /** What has to be done before anything else, if anything. */
  readonly prepare?: readonly Arguments[];
  /** The password comes on standard input. */
  login(user: string): Arguments;
  readonly logout: Arguments;
  push(reference: string): readonly Arguments[];
  pull(reference: string, folder: string): readonly Arguments[];
}

const docker: LoginProgram = {
  name: 'docker',
  path: '/usr/bin/docker',
  verifiesLogin: true,
  // It reads no certificates for loopback addresses, which it takes for insecure.
  canShowCertificate: false,
  pullsWithoutBasicLogin: false,
  pullsToLayout: false,
  commands: ({ host, archive }) => ({
    login: (user) => ['login', '--username', user, '--password-stdin', host],
    logout: ['logout', host],
    push: (reference) => [
      ['load', '--quiet', '--input', archive],
      ['tag', 'loaded', reference],
      ['push', reference],
    ],
    // Without any image, so that the layers are pulled again.
    pull: (reference) => [
      ['image', 'prune', '--all', '--force'],
      ['pull', reference],
    ],
  }),
};

const skopeo: LoginProgram = {
  name: 'skopeo',
  path: '/usr/bin/skopeo',
  verifiesLogin: true,
  canShowCertificate: true,
  pullsWithoutBasicLogin: true,
  pullsToLayout: true,
  commands: ({ host, image, certificates }) => {
    const tls = (side: '' | 'src-' | 'dest-') =>
      certificates === undefined ? `--${side}tls-verify=false` : `--${side}cert-dir=${certificates}`;
    const copy = ['--insecure-policy', 'copy', '--quiet'];
    return {
      login: (user) => ['login', tls(''), '--username', user, '--password-stdin', host],
      logout: ['logout', host],
      push: (reference) => [[...copy, tls('dest-'), `oci:${image.layout}:${image.tag}`, `docker://${reference}`]],
      pull: (reference, folder) => [[...copy, tls('src-'), `docker://${reference}`, `oci:${folder}:pulled`]],
    };
  },
};

const buildah: LoginProgram = {
  name: 'buildah',
  path: '/usr/bin/buildah',
  verifiesLogin: true,
  canShowCertificate: true,
  pullsWithoutBasicLogin: true,
  pullsToLayout: false,
  commands: ({ host, home, image, certificates }) => {
    const tls = certificates === undefined ? '--tls-verify=false' : `--cert-dir=${certificates}`;
    const store = (folder: string) => [
      '--storage-driver=vfs',
      `--root=${join(folder, 'store')}`,
      `--runroot=${join(folder, 'run')}`,
    ];
    const own = store(home);
    return {
      prepare: [[...own, 'pull', '--quiet', `oci:${image.layout}:${image.tag}`]],
      login: (user) => ['login', tls, '--username', user, '--password-stdin', host],
      logout: ['logout', host],
      push: (reference) => [
        [...own, 'push', '--quiet', tls, image.configDigest.replace('sha256:', ''), `docker://${reference}`],
      ],
      pull: (reference, folder) => [[...store(folder), 'pull', '--quiet', tls, `docker://${reference}`]],
    };
  },
};

const crane: LoginProgram = {
  name: 'crane',
  path: join(BIN, 'crane'),
  verifiesLogin: false,
  canShowCertificate: false,
  pullsWithoutBasicLogin: true,
  pullsToLayout: true,
  commands: ({ host, image }) => ({
    login: (user) => ['auth', 'login', '--username', user, '--password-stdin', host],
    logout: ['auth', 'logout', host],
    push: (reference) => [['push', image.layout, reference]],
    pull: (reference, folder) => [['pull', '--format=oci', reference, folder]],
  }),
};

const oras: LoginProgram = {
  name: 'oras',
  path: join(BIN, 'oras'),
  verifiesLogin: true,
  canShowCertificate: true,
  pullsWithoutBasicLogin: true,
  pullsToLayout: true,
  commands: ({ host, image, certificates, showsCertificate }) => {
    const tls = (side: '' | 'from-' | 'to-') => {
      if (certificates === undefined) return [`--${side}plain-http`];
      const authority = `--${side}ca-file=${join(certificates, 'ca.crt')}`;
      if (!showsCertificate) return [authority];
      const shown = [
        `--${side}cert-file=${join(certificates, 'client.cert')}`,
        `--${side}key-file=${join(certificates, 'client.key')}`,
      ];
      return [authority, ...shown];
    };
    return {
      login: (user) => ['login', ...tls(''), '--username', user, '--password-stdin', host],
      logout: ['logout', host],
      push: (reference) => [['cp', '--from-oci-layout', ...tls('to-'), `${image.layout}:${image.tag}`, reference]],
      pull: (reference, folder) => [['cp', ...tls('from-'), '--to-oci-layout', reference, `${folder}:pulled`]],
    };
  },
};

const regctl: LoginProgram = {
  name: 'regctl',
  path: join(BIN, 'regctl'),
  verifiesLogin: true,
  canShowCertificate: true,
  pullsWithoutBasicLogin: true,
  pullsToLayout: true,
  commands: ({ host, image, certificates, showsCertificate }) => {
    // It wants what the files hold.
    const content = (file: string) => readFileSync(join(certificates ?? '', file), 'utf8');
    const shown = showsCertificate
      ? ['--client-cert', content('client.cert'), '--client-key', content('client.key')]
      : [];
    const tls = certificates === undefined ? ['--tls=disabled'] : ['--cacert', content('ca.crt'), ...shown];
    return {
      prepare: [['registry', 'set', host, '--skip-check', ...tls]],
      login: (user) => ['registry', 'login', host, '--user', user, '--pass-stdin'],
      logout: ['registry', 'logout', host],
      push: (reference) => [['image', 'copy', `ocidir://${image.layout}:${image.tag}`, reference]],
      pull: (reference, folder) => [['image', 'copy', reference, `ocidir://${folder}:pulled`]],
    };
  },
};

export const LOGIN_PROGRAMS: readonly LoginProgram[] = [docker, skopeo, buildah, crane, oras, regctl];
