import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Logger } from '@nestjs/common';
import type { TlsConfig } from '../config/index.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The files that a server of TLS needs, which somebody replaces from time to time. */
export class TlsFiles {
  private readonly logger = new Logger(TlsFiles.name);
  private version = '';

  constructor(private readonly config: TlsConfig) {}

  /** Throws where a file cannot be read, or the files do not belong together. */
  read(): SecureContextOptions {
    this.version = this.currentVersion();
    const { certificate, key, clientAuthorities, minVersion } = this.config;
    const options: SecureContextOptions = {
      cert: certificate && readFileSync(certificate),
      key: key && readFileSync(key),
      ...(clientAuthorities && { ca: readAuthorities(clientAuthorities) }),
      minVersion: minVersion === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    };
    createSecureContext(options);
    return options;
  }

  /** Null where nothing has changed since it was last read; also where it cannot be read or is wrong, which is logged once. */
  readChanged(): SecureContextOptions | null {
    if (this.currentVersion() === this.version) return null;
    try {
      const options = this.read();
      this.logger.log('the certificate of TLS was read again');
      return options;
    } catch (cause) {
      this.logger.error(
        new Error('the files of TLS have changed and cannot be used: those before stay in use', { cause }),
      );
      return null;
    }
  }

  /** The files are small, and looked at so seldom that nobody waits. */
  private currentVersion(): string {
    const { certificate, key, clientAuthorities } = this.config;
    return [certificate, key, clientAuthorities].map((path) => (path === undefined ? '' : versionOf(path))).join();
  }
}

/** A file that is not there now has a version, too. */
function versionOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : 'missing';
}

/** Node takes a file without any certificate for one of no authorities. */
function readAuthorities(path: string): string[] {
  const certificates = readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error(`${path} holds no certificate in PEM`);
  for (const certificate of certificates) new X509Certificate(certificate);
  return certificates;
}
