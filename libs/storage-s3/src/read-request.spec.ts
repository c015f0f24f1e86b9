import { describe, expect, it } from '@jest/globals';
import { requestFor } from './read-request.js';

describe('a request to read', () => {
  it.each([
    ['https://bucket.s3.eu-west-1.amazonaws.com', 'a/b', 'bucket.s3.eu-west-1.amazonaws.com', undefined, '/a/b'],
    ['http://localhost:9000/bucket', 'a/b', 'localhost:9000', 9000, '/bucket/a/b'],
    [
      'http://localhost:9000/s3/bucket/',
      "+ é!('*):~",
      'localhost:9000',
      9000,
      '/s3/bucket/%2B%20%C3%A9%21%28%27%2A%29%3A~',
    ],
  ])('to %s for %s', (url, key, host, port, path) => {
    const request = requestFor('GET', new URL(url), { Bucket: 'bucket', Key: key });
    expect([request.headers.host, request.port, request.path]).toEqual([host, port, path]);
  });
});
