/** Bytes that come in piece by piece, as fast as they are taken. */
export type Content = AsyncIterable<Uint8Array>;
