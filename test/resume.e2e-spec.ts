import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pathOf, StorageDriver } from '#libs/storage';
import { digestOf, type Registry, startRegistry, storageOf } from './support/registry.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';

/** What Go's standard library remembers of sha256 after a hundred times the letter a. */
const STATE = Buffer.concat([
  Buffer.from('73686103', 'hex'),
  Buffer.from('df5bb81ce81e0626fb45a8944fd40f31b25e6816d6d499c1ab90492900635e66', 'hex'),
  Buffer.alloc(64).fill('a', 0, 36),
  Buffer.from('0000000000000064', 'hex'),
]);
const HUNDRED = Buffer.alloc(100, 'a');
/** Distribution 2.0 to 2.6 wrote Go's gob form, which nothing else reads. */
const GOB = Buffer.from('3fff81030101066469676573740102ff8200010501014800', 'hex');
const REST = Buffer.from(' and the rest');
const WHOLE = Buffer.concat([HUNDRED, REST]);

interface Session {
  readonly data?: Buffer;
  /** By offset. */
  readonly states?: Record<string, Buffer>;
  readonly startedAt?: string;
}

describe('an upload that Distribution began', () => {
  let shared: SharedStorage;
  let registry: Registry;
  const client = () => registry.client();

  beforeAll(async () => {
    shared = await sharedStorage();
    registry = await startRegistry({ storage: storageOf(shared.settings) });
  });
  afterAll(async () => {
    await registry.close();
    await shared.remove();
  });

  /** Lays a session down as Distribution does, and gives its path in the API. */
  async function leave({ data, states = {}, startedAt = '2026-01-02T03:04:05Z' }: Session): Promise<string> {
    const id = randomUUID();
    const files: [path: string, content: Buffer][] = [[pathOf.uploadStartedAt(NAME, id), Buffer.from(startedAt)]];
    if (data) files.push([pathOf.uploadData(NAME, id), data]);
    for (const [offset, state] of Object.entries(states)) {
      files.push([`${pathOf.uploadHashes(NAME, id)}/sha256/${offset}`, state]);
    }
    for (const [path, content] of files) await registry.app.get(StorageDriver).putContent(path, content);
    return `/v2/${NAME}/blobs/uploads/${id}`;
  }

  async function expectBlob(content: Buffer, digest = digestOf(content)): Promise<void> {
    const { body } = await client().get(`/v2/${NAME}/blobs/${digest}`).expect(200);
    expect(body.toString()).toBe(content.toString());
  }

  const SESSIONS: [description: string, session: Session][] = [
    ['with its hash states', { data: HUNDRED, states: { 0: Buffer.alloc(0), 100: STATE } }],
    ['without hash states', { data: HUNDRED }],
    ['with hash states in the gob form', { data: HUNDRED, states: { 0: GOB, 100: GOB } }],
    ['with a cut hash state', { data: HUNDRED, states: { 100: STATE.subarray(0, 107) } }],
    [
      'with the hash state of another length',
      { data: HUNDRED, states: { 100: Buffer.alloc(108, STATE).fill(0, 100) } },
    ],
    ['with many hash states', { data: HUNDRED, states: { 0: GOB, 7: GOB, 64: GOB, 99: GOB, 100: STATE } }],
    ['with hash states behind its data', { data: HUNDRED, states: { 100: STATE, 5000: GOB } }],
    [
      'with other files among its hash states',
      { data: HUNDRED, states: { 100: STATE, '1e3': GOB, '-1': GOB, x: GOB } },
    ],
    ['with data that nobody was told of', { data: Buffer.concat([HUNDRED, HUNDRED]), states: { 0: GOB, 100: STATE } }],
  ];

  describe.each(SESSIONS)('%s', (_description, session) => {
    it('is taken up where its client was told, and finished right', async () => {
      const location = await leave(session);
      await client().get(location).expect(204).expect('Range', '0-99');
      await client().patch(location).set('Content-Range', '101-113').send(REST).expect(416).expect('Range', '0-99');
      await client().patch(location).set('Content-Range', '100-112').send(REST).expect(202).expect('Range', '0-112');
      await client()
        .put(`${location}?digest=${digestOf(WHOLE)}`)
        .expect(201);
      await expectBlob(WHOLE);
      await client().get(location).expect(404);
    });

    it('is finished with its last chunk, also under sha512, and not under a wrong digest', async () => {
      const location = await leave(session);
      const finish = (digest: string) => client().put(`${location}?digest=${digest}`).send(REST);
      await finish(digestOf('other')).expect(400);
      await client().get(location).expect(204).expect('Range', '0-99');
      await finish(digestOf(WHOLE, 'sha512')).expect(201);
      await expectBlob(WHOLE, digestOf(WHOLE, 'sha512'));
    });

    it('keeps what its client was told of when the connection is cut', async () => {
      const location = await leave(session);
      const wire = await Wire.open(registry.url);
      wire.send('PATCH', location, { 'Content-Length': 1_000_000 }, Buffer.alloc(500_000));
      wire.socket.end();
      await wire.closed();
      const response = await client()
        .put(`${location}?digest=${digestOf(WHOLE)}`)
        .set('Content-Range', '100-112')
        .send(REST);
      expect(response.status).toBe(201);
      await expectBlob(WHOLE);
    });

    it('can be cancelled', async () => {
      const location = await leave(session);
      await client().delete(location).expect(204);
      await client().get(location).expect(404);
    });
  });

  it('is not read again where its hash state is there', async () => {
    // The state stands for other data of the same length: only who reads the data could find out.
    const location = await leave({ data: Buffer.alloc(100, 'z'), states: { 100: STATE } });
    await client()
      .put(`${location}?digest=${digestOf(WHOLE)}`)
      .send(REST)
      .expect(201);
  });

  it.each([
    ['nothing but its start', {}],
    ['no data', { states: { 0: GOB } }],
    ['empty data', { data: Buffer.alloc(0), states: { 0: GOB } }],
    ['data of a first chunk that was cut', { data: HUNDRED, states: { 0: GOB } }],
  ])('begins at nothing when it has %s', async (_case, session: Session) => {
    const location = await leave(session);
    await client().get(location).expect(204).expect('Range', '0-0');
    await client().patch(location).set('Content-Range', '0-12').send(REST).expect(202);
    await client()
      .put(`${location}?digest=${digestOf(REST)}`)
      .expect(201);
    await expectBlob(REST);
  });

  it('is none without the time of its start', async () => {
    const location = await leave({ data: HUNDRED, states: { 100: STATE } });
    await registry.app.get(StorageDriver).delete(pathOf.uploadStartedAt(NAME, location.slice(-36)));
    await client().get(location).expect(404);
  });
});
