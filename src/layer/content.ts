/** Bytes that come in piece by piece, as fast as they are taken. */
export interface Content extends AsyncIterable<Uint8Array> {
  /** Whether a piece is good only until the next is asked for. */
  readonly isReused?: boolean;
}
