import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccessRequest, Authorizer, type Decision } from '#libs/access';
import { Accounts, passwordOf } from './support/accounts.js';
import { type Registry, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

const SECRET = 'what only the owner may see';
const OPEN = 'what all may see';
const LOGIN = { Authorization: `Basic ${btoa(`reader:${passwordOf('reader')}`)}` };

/** Lets the owner do everything and others pull from one repository, and remembers what it was asked about. */
class OneRepository extends Authorizer {
  asked: (string | undefined)[] = [];

  override decide({ principal, action, repository }: AccessRequest): Decision {
    this.asked.push(repository);
    const isAllowed = principal.name === 'owner' || (repository === 'team/app' && action === 'pull');
    return { isAllowed, reason: 'one repository' };
  }
}

describe('paths that are written in strange ways', () => {
  let registry: Registry;
  let wire: Wire;
  const authorizer = new OneRepository();

  beforeAll(async () => {
    const authenticators = [new Accounts({ owner: [], reader: [] })];
    registry = await startRegistry({}, { auth: { authenticators, authorizer } });
    for (const [name, text] of [
      ['team/app', OPEN],
      ['secret/app', SECRET],
    ]) {
      const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] };
      await registry
        .client()
        .put(`/v2/${name}/manifests/old`)
        .auth('owner', passwordOf('owner'))
        .set('Content-Type', manifest.mediaType)
        .send(JSON.stringify({ ...manifest, annotations: { text } }))
        .expect(201);
    }
    wire = await Wire.open(registry.url);
  });
  afterAll(async () => {
    wire.close();
    await registry.close();
  });

  async function get(path: string) {
    authorizer.asked = [];
    const { status, body } = await wire.send('GET', path, LOGIN).answer();
    return { status, text: body.toString(), asked: authorizer.asked };
  }

  it.each([
    '/v2/team/app/manifests/old',
    '/v2/team%2Fapp/manifests/old',
    '/v2/team%2fapp/manifests/old',
    '/v2/%74eam/app/manifests/old',
    'http://registry.example/v2/team/app/manifests/old',
  ])('lead to the repository that was decided on: %s', async (path) => {
    const { status, text, asked } = await get(path);
    expect([status, asked]).toEqual([200, ['team/app']]);
    expect(text).toContain(OPEN);
  });

  it.each([
    '/v2/secret/app/manifests/old',
    '/v2/secret%2Fapp/manifests/old',
    '/v2/%73ecret/app/manifests/old',
    'http://registry.example/v2/secret/app/manifests/old',
    '/v2/secret/app/manifests/old?name=team/app',
    '/v2/secret/app/manifests/%6fld',
  ])('are refused as the repository is: %s', async (path) => {
    const { status, asked } = await get(path);
    expect([status, asked]).toEqual([403, ['secret/app']]);
  });

  it.each([
    '/v2/team/app/../../secret/app/manifests/old',
    '/v2/team/app/%2e%2e/%2e%2e/secret/app/manifests/old',
    '/v2/team/app/..%2f..%2fsecret%2fapp/manifests/old',
    '/v2/team/app/manifests/..%2f..%2f..%2fsecret%2fapp%2fmanifests%2fold',
    '/v2/team/app/manifests/old/../../../../secret/app/manifests/old',
    '/v2//secret/app/manifests/old',
    '/v2/secret//app/manifests/old',
    '//v2/secret/app/manifests/old',
    '/v2/./secret/app/manifests/old',
    '/v2/secret/./app/manifests/old',
    '/V2/secret/app/manifests/old',
    '/v2/Secret/App/manifests/old',
    '/v2/secret/app/Manifests/old',
    '/v2/secret/app/manifests/old/',
    '/v2/secret/app/_manifests/tags/old/current/link',
    '/v2/secret/_layers/manifests/old',
    '/v2/_catalog/../secret/app/manifests/old',
    '/v2/secret%252Fapp/manifests/old',
    '/v2/secret%00/app/manifests/old',
    '/v2/secret/app;x/manifests/old',
    '/v2/secret\\app/manifests/old',
    '/v2/secret/app/manifests/%C0%AE%C0%AE',
    '/v2/%ZZ/manifests/old',
    '/healthz/../v2/secret/app/manifests/old',
    '/docs/..%2fv2%2fsecret%2fapp%2fmanifests%2fold',
    '/docs/../v2/secret/app/manifests/old',
  ])('lead nowhere: %s', async (path) => {
    const { status, text } = await get(path);
    expect(text).not.toContain(SECRET);
    expect([400, 403, 404, 405]).toContain(status);
  });

  it('never show what was not decided on', async () => {
    const word = fc.constantFrom(
      ...['v2', 'V2', 'team', 'secret', 'app', 'manifests', 'blobs', 'tags', 'list', 'old', 'uploads', '_catalog'],
      ...[
        '..',
        '.',
        '',
        '%2e%2e',
        '%2E.',
        '%2f',
        '%252f',
        '_manifests',
        '%00',
        'secret%2fapp',
        'team%2Fapp',
        '..%2f..',
      ],
    );
    const path = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => `/${words.join('/')}`);
    const below = fc.array(word, { maxLength: 4 }).map((words) => `/v2/${[...words, 'manifests', 'old'].join('/')}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(path, below), async (one) => {
        const { status, text, asked } = await get(one);
        expect(text).not.toContain(SECRET);
        if (status === 200 && text.includes(OPEN)) expect(asked).toEqual(['team/app']);
      }),
      { numRuns: 500 },
    );
  });
});
