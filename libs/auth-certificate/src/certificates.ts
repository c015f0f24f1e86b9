import type { X509Certificate } from 'node:crypto';
import { Authenticator, type Credentials, type Principal } from '#libs/access';
import { type AlternativeNames, readAlternativeNames } from './alternative-names.js';

const NAME = 'certificate';

/** Letters, digits and signs, with nothing in it that a log or a policy could not show. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u;

export interface CertificateOptions {
  /** What names the principal: the common name, or the alternative name of that kind. There must be exactly one. */
  readonly name: 'cn' | 'email' | 'dns' | 'uri';
  /** The attribute of the subject that holds the groups. */
  readonly groups: 'ou' | 'o' | 'none';
}

/** Vouches for whom a certificate names. The connection has verified that it is of an authority that is trusted for it. */
export async function openCertificates(options: CertificateOptions): Promise<Authenticator> {
  return new Certificates(options);
}

class Certificates extends Authenticator {
  override readonly name = NAME;
  override readonly kinds = ['certificate'] as const;

  constructor(private readonly options: CertificateOptions) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'certificate') return null;
    const { certificate } = credentials;
    // Verified when the connection was made, which may be a day ago.
    if (!isValidAt(certificate, Date.now())) return null;
    const subject = subjectOf(certificate);
    const alternatives = readAlternativeNames(certificate.subjectAltName);
    const names = this.options.name === 'cn' ? valuesIn(subject, 'CN') : alternatives[this.options.name];
    const [name, ...others] = names;
    if (name === undefined || others.length > 0 || !PRINTABLE.test(name)) return null;
    return {
      name,
      isAnonymous: false,
      groups: this.groupsIn(subject),
      claims: claimsOf(certificate, alternatives),
      authenticator: NAME,
      credential: certificate.fingerprint256,
      expiresAt: Date.parse(certificate.validTo),
    };
  }

  private groupsIn(subject: Subject): readonly string[] {
    const { groups } = this.options;
    return groups === 'none' ? [] : valuesIn(subject, groups === 'ou' ? 'OU' : 'O');
  }
}

type Subject = Readonly<Record<string, string | readonly string[] | undefined>>;

function isValidAt({ validFrom, validTo }: X509Certificate, time: number): boolean {
  return Date.parse(validFrom) <= time && time < Date.parse(validTo);
}

/** The attributes of the subject, each with one value or several, which `subject` would escape. */
function subjectOf(certificate: X509Certificate): Subject {
  return { ...certificate.toLegacyObject().subject } as Subject;
}

function valuesIn(subject: Subject, attribute: string): readonly string[] {
  return [subject[attribute] ?? []].flat();
}

function claimsOf({ issuer, subject, serialNumber }: X509Certificate, { dns, email, uri }: AlternativeNames) {
  return { issuer: inOneLine(issuer), subject: inOneLine(subject), serial: serialNumber, dns, email, uri };
}

function inOneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}
