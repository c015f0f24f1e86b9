import { describe, expect, it } from '@jest/globals';
import { AnswerReader } from './answer-reader.ts';

function readInPieces(answer: string, size: number, reader: AnswerReader) {
  const bytes = Buffer.from(answer, 'latin1');
  for (let at = 0; at < bytes.length; at += size) {
    const whole = reader.read(bytes.subarray(at, at + size));
    if (whole !== null) return { ...whole, isAtTheEnd: at + size >= bytes.length };
  }
  return null;
}

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDocker-Content-Digest: sha256:0\r\n\r\nhello';
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';

describe('AnswerReader', () => {
  it.each([
    ['a body with a length', LENGTH],
    ['a body in chunks', CHUNKS],
  ])('reads %s, however the connection divides it', (_, answer) => {
    for (let size = 1; size <= answer.length; size++) {
      const read = readInPieces(answer, size, new AnswerReader(true));
      expect(read).toMatchObject({ status: 200, bytes: 5, isAtTheEnd: true });
      expect(read?.body.toString()).toBe('hello');
    }
  });

  it('knows headers by their names in lower case', () => {
    const read = readInPieces(LENGTH, LENGTH.length, new AnswerReader(true));
    expect(read?.headers.get('docker-content-digest')).toBe('sha256:0');
  });

  it('does not wait for the body that the answer to a HEAD announces', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(readInPieces(head, head.length, new AnswerReader(false))).toMatchObject({ status: 200, bytes: 0 });
  });

  it('gives the body to a sink in place of keeping it', () => {
    const pieces: string[] = [];
    const read = readInPieces(
      LENGTH,
      LENGTH.length - 2,
      new AnswerReader(true, (piece) => pieces.push(piece.toString())),
    );
    expect(pieces.join('')).toBe('hello');
    expect(read).toMatchObject({ bytes: 5, body: Buffer.alloc(0) });
  });
});
