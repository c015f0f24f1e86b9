import { decodeBase64Url } from './base64.js';
import { type JsonObject, parseJsonObject } from './json.js';
import { InvalidFormatError, InvalidPayloadError, MalformedSignatureError } from './signed-json-error.js';

/** The member of a signed document that holds its signatures. */
export const SIGNATURES = 'signatures';

/** How a payload is cut so that members can be added to it (libtrust, `NewJSONSignature`). */
export interface SignedRegion {
  /** Bytes up to the end of the last member. */
  readonly formatLength: number;
  /** What follows: white space, the closing brace, white space. */
  readonly formatTail: Buffer;
}

/**
 * Where a payload ends its last member. Throws `InvalidPayloadError` when the payload is not a JSON object in UTF-8, or
 * has a member `signatures` of its own: together with the one that is added, readers could differ about the document.
 */
export function findSignedRegion(payload: Buffer): SignedRegion {
  if (Object.hasOwn(decodePayload(payload), SIGNATURES)) {
    throw new InvalidPayloadError(`it has a member ${SIGNATURES} of its own`);
  }
  const closing = payload.lastIndexOf('}');
  let formatLength = closing;
  while (isWhiteSpace(payload[formatLength - 1])) formatLength -= 1;
  return { formatLength, formatTail: payload.subarray(formatLength) };
}

function decodePayload(payload: Buffer): JsonObject {
  try {
    return parseJsonObject(payload, 'payload');
  } catch (cause) {
    throw new InvalidPayloadError('it must be a JSON object in UTF-8', { cause });
  }
}

/** RFC 8259, section 2. */
function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function isSameRegion(a: SignedRegion, b: SignedRegion): boolean {
  return a.formatLength === b.formatLength && a.formatTail.equals(b.formatTail);
}

/** The payload whose members are the first `formatLength` bytes of `document`. Throws `InvalidFormatError`. */
export function cutPayload(document: Buffer, region: SignedRegion): Buffer {
  if (region.formatLength > document.length) throw new InvalidFormatError('formatLength is beyond the document');
  const payload = Buffer.concat([document.subarray(0, region.formatLength), region.formatTail]);
  // Whoever signed could otherwise hide members in formatTail, and printing the payload anew would give another one.
  if (!isSameRegion(findSignedRegion(payload), region)) {
    throw new InvalidFormatError('formatLength must be the end of the last member of the payload');
  }
  return payload;
}

/** Prints the protected header of a signature made at `time` (libtrust, `protectedHeader`). */
export function encodeProtectedHeader(region: SignedRegion, time: Date): string {
  const header = {
    formatLength: region.formatLength,
    formatTail: region.formatTail.toString('base64url'),
    time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
  return Buffer.from(JSON.stringify(header)).toString('base64url');
}

/**
 * Reads the protected header of a signature, whose `time` nobody vouches for and which is not read. Throws
 * `MalformedSignatureError`.
 */
export function decodeProtectedHeader(text: string): SignedRegion {
  const { formatLength, formatTail } = readProtectedHeader(text);
  if (typeof formatLength !== 'number' || !Number.isSafeInteger(formatLength) || formatLength < 0) {
    throw new MalformedSignatureError('formatLength must be a number of bytes');
  }
  const tail = decodeBase64Url(formatTail);
  if (!tail) throw new MalformedSignatureError('formatTail must be base64url');
  return { formatLength, formatTail: tail };
}

function readProtectedHeader(text: string): JsonObject {
  const bytes = decodeBase64Url(text);
  if (!bytes) throw new MalformedSignatureError('protected must be base64url');
  try {
    return parseJsonObject(bytes, 'protected header');
  } catch (cause) {
    throw new MalformedSignatureError('protected must hold a JSON object', { cause });
  }
}
