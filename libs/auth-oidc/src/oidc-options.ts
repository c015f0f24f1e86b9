import { AccessError, compileClaim } from '#libs/access';

/** Who issues tokens that are taken, and what of them makes a principal. */
export interface OidcIssuer {
  /** The `iss` of its tokens, to the letter; its configuration is found below it. `https`, or `http` on this machine. */
  readonly issuer: string;
  /** What its tokens must be meant for, or several, one of which they must be meant for. */
  readonly audience: string | readonly string[];
  /** The claim that names the principal; `sub` when absent. */
  readonly usernameClaim?: string;
  /** The claim with the groups, a text or a list; no groups when absent. */
  readonly groupsClaim?: string;
  /** What claims must be, as the `claims` of a policy say it; a token without them is not taken. */
  readonly requiredClaims?: Readonly<Record<string, unknown>>;
  /**
   * Stands before the names and groups of this issuer, lest they be taken for those of another; the issuer without
   * `https://`, and a colon, when absent.
   */
  readonly prefix?: string;
  /** File of the authorities, PEM, that vouch for the issuer's server; those of Node when absent. */
  readonly caFile?: string;
  /** File of a token that the issuer's server wants to be shown, as that of Kubernetes may; read each time. */
  readonly tokenFile?: string;
}

export interface OidcOptions {
  readonly issuers: readonly OidcIssuer[];
}

/** What is said of issuers is not right. */
export class OidcIssuerError extends AccessError {
  override readonly name = 'OidcIssuerError';

  constructor(
    /** Such as `issuers[0].audience`. */
    readonly field: string,
    readonly rule: string,
  ) {
    super(`${field} ${rule}`);
  }
}

const TEXTS = ['usernameClaim', 'groupsClaim', 'caFile', 'tokenFile'] as const;
const KEYS: readonly string[] = ['issuer', 'audience', 'requiredClaims', 'prefix', ...TEXTS];
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Reads `{ issuers: [...] }`, as a file has it. Throws an `OidcIssuerError`. */
export function readIssuers(source: unknown): OidcIssuer[] {
  const issuers = isObject(source) ? source.issuers : undefined;
  if (!Array.isArray(issuers) || issuers.length === 0)
    throw new OidcIssuerError('issuers', 'must be a list of issuers');
  const read = issuers.map((issuer, index) => readIssuer(issuer, `issuers[${index}]`));
  for (const [index, { issuer }] of read.entries()) {
    const first = read.findIndex((other) => other.issuer === issuer);
    if (first !== index) throw new OidcIssuerError(`issuers[${index}].issuer`, `is that of issuers[${first}], too`);
  }
  return read;
}

function readIssuer(source: unknown, place: string): OidcIssuer {
  const fail = (field: string, rule: string) => new OidcIssuerError(`${place}.${field}`, rule);
  if (!isObject(source)) throw new OidcIssuerError(place, 'must be a mapping');
  for (const key of Object.keys(source)) if (!KEYS.includes(key)) throw fail(key, `is not known; there are ${KEYS}`);
  if (!isIssuer(source.issuer)) throw fail('issuer', 'must be a URL of https without a query');
  const audience = [source.audience].flat();
  if (audience.length === 0 || !audience.every(isText)) throw fail('audience', 'must be a text, or a list of texts');
  for (const key of TEXTS) if (source[key] !== undefined && !isText(source[key])) throw fail(key, 'must be a text');
  if (source.prefix !== undefined && typeof source.prefix !== 'string') throw fail('prefix', 'must be a text');
  const claims = source.requiredClaims;
  if (claims !== undefined && !compileClaim(claims)) throw fail('requiredClaims', 'must be conditions for claims');
  return source as unknown as OidcIssuer;
}

function isIssuer(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, search, hash } = new URL(value);
  return (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) && search === '' && hash === '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
