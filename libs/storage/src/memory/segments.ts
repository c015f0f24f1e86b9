/** What a file contains, as the chunks that it was written in. Neither the list nor the chunks ever change. */
export type Segments = readonly Buffer[];

export function sizeOf(segments: Segments): number {
  return segments.reduce((size, segment) => size + segment.length, 0);
}

/** The bytes from `start` up to `end`, without copying them. */
export function sliceOf(segments: Segments, start: number, end: number): Segments {
  const slice: Buffer[] = [];
  let position = 0;
  for (const segment of segments) {
    const part = segment.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
    if (part.length > 0) slice.push(part);
    position += segment.length;
  }
  return slice;
}
