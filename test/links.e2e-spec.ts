import { afterEach, describe, expect, it } from '@jest/globals';
import type { RegistryConfigInput } from '../src/config/index.js';
import { pushImage } from './support/images.js';
import { type Registry, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';

let registry: Registry;
afterEach(() => registry.close());

describe('a link to the next page', () => {
  async function linkWith(http: RegistryConfigInput['http'], headers: Record<string, string> = {}): Promise<string> {
    registry = await startRegistry({ http: { ...http } });
    for (const tag of ['a', 'b']) await pushImage(registry, NAME, tag);
    const response = await registry.client().get(`/v2/${NAME}/tags/list?n=1`).set(headers).expect(200);
    return String(response.headers.link);
  }

  it('is a path', async () => {
    expect(await linkWith({ location: 'absolute' })).toBe(`</v2/${NAME}/tags/list?last=a&n=1>; rel="next"`);
  });

  it('is below the path of the public URL', async () => {
    const link = await linkWith({ publicUrl: 'https://registry.example/images/' });
    expect(link).toBe(`</images/v2/${NAME}/tags/list?last=a&n=1>; rel="next"`);
  });

  it('is below the prefix that a trusted proxy took off', async () => {
    const link = await linkWith({ trustedProxies: ['127.0.0.1'] }, { 'X-Forwarded-Prefix': '/images' });
    expect(link).toBe(`</images/v2/${NAME}/tags/list?last=a&n=1>; rel="next"`);
  });

  it('is not below the prefix that anybody else names', async () => {
    const link = await linkWith({}, { 'X-Forwarded-Prefix': '/images' });
    expect(link).toBe(`</v2/${NAME}/tags/list?last=a&n=1>; rel="next"`);
  });
});

describe('an absolute location', () => {
  it('is a path for a client that does not say which host it asked', async () => {
    registry = await startRegistry({ http: { location: 'absolute' } });
    const wire = await Wire.open(registry.url);
    wire.sendRaw(`POST /v2/${NAME}/blobs/uploads/ HTTP/1.0\r\nContent-Length: 0\r\n\r\n`);
    expect((await wire.answer()).headers.get('location')).toMatch(/^\/v2\/library\/app\/blobs\/uploads\//);
    await wire.closed();
  });
});
