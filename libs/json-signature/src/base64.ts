/**
 * Reads base64url without padding (RFC 7515, section 2); `undefined` when `text` is not what the encoding prints for
 * some bytes. Node's own decoder skips what it does not know and ignores unused bits, so that many texts would be the
 * same bytes.
 */
export function decodeBase64Url(text: unknown): Buffer | undefined {
  return decode(text, 'base64url');
}

/** Reads base64 with padding (RFC 4648, section 4) as strictly. */
export function decodeBase64(text: unknown): Buffer | undefined {
  return decode(text, 'base64');
}

function decode(text: unknown, encoding: 'base64' | 'base64url'): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
