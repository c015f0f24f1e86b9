import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Registry, startRegistry } from './support/registry.js';

describe('the documentation', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ http: { trustedProxies: ['127.0.0.1'] } });
  });
  afterAll(() => registry.close());

  it('is served as the document that is checked in', async () => {
    const checkedIn = await readFile(new URL('../openapi.json', import.meta.url), 'utf8');
    const { body, headers } = await registry.client().get('/openapi.json').expect(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual(JSON.parse(checkedIn));
  });

  it('is a page that may load nothing from, and send nothing to, another host', async () => {
    const { text, headers } = await registry.client().get('/docs').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/https?:|\*/);
    expect(linksOf(text).filter((link) => !link.startsWith('/docs/'))).toEqual([]);
  });

  it('serves every file that the page needs', async () => {
    const { text } = await registry.client().get('/docs/').expect(200);
    const types = linksOf(text).map(async (link) => {
      const { headers } = await registry.client().get(link).expect(200);
      return `${link} ${headers['content-type']}`;
    });
    expect(await Promise.all(types)).toEqual([
      '/docs/favicon-32x32.png image/png',
      '/docs/swagger-ui.css text/css; charset=utf-8',
      '/docs/swagger-ui-bundle.js text/javascript; charset=utf-8',
      '/docs/page.js text/javascript; charset=utf-8',
    ]);
  });

  it('leads the page to its files behind a proxy that has put a prefix before all paths', async () => {
    const { text } = await registry.client().get('/docs').set('X-Forwarded-Prefix', '/registry').expect(200);
    expect(linksOf(text)).toHaveLength(4);
    expect(linksOf(text).filter((link) => !link.startsWith('/registry/docs/'))).toEqual([]);
  });

  it.each(['other.js', 'swagger-ui.js', '..%2fpackage.json'])('has no file %s', async (file) => {
    const { body } = await registry.client().get(`/docs/${file}`).expect(404);
    expect(body.errors[0].code).toBe('UNSUPPORTED');
  });
});

function linksOf(page: string): string[] {
  return [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link ?? '');
}
