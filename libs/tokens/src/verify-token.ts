import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { isTokenAlgorithm, type TokenAlgorithm } from './algorithm.js';

/** Seconds by which clocks may differ, as in Distribution. */
export const LEEWAY = 60;

export interface TokenRules {
  readonly issuer: string;
  /** One of those that the token is for. */
  readonly audience: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** The keys to try. */
  find(header: ProtectedHeaderParameters, algorithm: TokenAlgorithm): Promise<readonly KeyObject[]>;
}

/** What a token says, and when it ends. */
export interface VerifiedToken {
  readonly payload: JWTPayload;
  /** Milliseconds since 1970; the leeway is in it. */
  readonly expiresAt: number;
}

/** Null for whatever is no token that is valid now by the rules. Rejects with what `find` rejects with. */
export async function verifyToken(token: string, rules: TokenRules): Promise<VerifiedToken | null> {
  const header = headerOf(token);
  const algorithm = header?.alg;
  if (!header || !isTokenAlgorithm(algorithm) || !rules.algorithms.includes(algorithm)) return null;
  for (const key of await rules.find(header, algorithm)) {
    const payload = await payloadOf(token, key, algorithm, rules);
    if (payload) return { payload, expiresAt: (Number(payload.exp) + LEEWAY) * 1000 };
  }
  return null;
}

function headerOf(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

async function payloadOf(
  token: string,
  key: KeyObject,
  algorithm: TokenAlgorithm,
  { issuer, audience }: TokenRules,
): Promise<JWTPayload | undefined> {
  try {
    const options = { issuer, audience, algorithms: [algorithm], clockTolerance: LEEWAY, requiredClaims: ['exp'] };
    return (await jwtVerify(token, key, options)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
