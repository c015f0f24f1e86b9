import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { OCI_INDEX, pushable } from './support/images.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { SourceServer } from './support/source-server.js';

const NAME = 'library/app';

/** Each worker starts like a server of its own. */
jest.setTimeout(60_000);

describe('several workers', () => {
  let shared: SharedStorage;
  let server: SourceServer;

  beforeEach(async () => {
    shared = await sharedStorage();
    server = new SourceServer({ ...shared.settings, STOWAGE_HTTP_WORKERS: '2' });
  });
  afterEach(async () => {
    await server.kill();
    await shared.remove();
  });

  const started = () => server.log.filter(({ msg }) => msg === 'listening');

  const startedTimes = async (count: number) => (await server.logged('listening', count)).url ?? '';

  const index = (revision: number) =>
    pushable(
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations: { revision: `${revision}` } },
      OCI_INDEX,
    );

  it('serve one port, and none ever answers with a tag as it was before an acknowledged change', async () => {
    const url = await startedTimes(2);
    expect(new Set(started().map((line) => line.url)).size).toBe(1);
    const tag = `/v2/${NAME}/manifests/latest`;
    for (let revision = 0; revision < 40; revision++) {
      const { content, digest, mediaType } = index(revision);
      await request(url).put(tag).set('Content-Type', mediaType).send(content.toString()).expect(201);
      // Each request takes a connection of its own, so that either worker gets some.
      const answers = await Promise.all(Array.from({ length: 4 }, () => request(url).head(tag).expect(200)));
      expect(answers.map(({ headers }) => headers['docker-content-digest'])).toEqual(Array(4).fill(digest));
    }
  });

  it('end together on SIGTERM', async () => {
    await startedTimes(2);
    server.signal('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(server.log.filter(({ msg }) => msg === 'stopped')).toHaveLength(2);
  });

  it('are replaced when they die', async () => {
    const url = await startedTimes(2);
    const [worker] = started();
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    await startedTimes(3);
    await request(url).get('/v2/').expect(200);
  });
});
