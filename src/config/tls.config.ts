import { Setting } from './setting.decorator.js';
import { oneOf, optionalFile } from './setting-rules.js';

/** HTTPS, which is spoken where there is a certificate. The files are read again when they change. */
export class TlsConfig {
  /** File of the certificate, PEM, followed by those between it and the authority. */
  @Setting(optionalFile)
  readonly certificate: string | undefined = undefined;

  /** File of the private key of the certificate, PEM. */
  @Setting(optionalFile)
  readonly key: string | undefined = undefined;

  /** Oldest version of TLS that is spoken. */
  @Setting(oneOf('1.2', '1.3'))
  readonly minVersion: '1.2' | '1.3' = '1.2';

  /** File of the authorities, PEM, whose certificates clients are asked for. */
  @Setting(optionalFile)
  readonly clientAuthorities: string | undefined = undefined;
}
