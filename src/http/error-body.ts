import type { OciError } from '#libs/oci';

type Entry = Pick<OciError, 'code' | 'message' | 'detail'>;

/** The body of an error (distribution specification, "Error Codes"). */
export function errorBody(errors: readonly Entry[]): Buffer {
  return Buffer.from(
    `${JSON.stringify({ errors: errors.map(({ code, message, detail }) => ({ code, message, detail })) })}\n`,
  );
}
