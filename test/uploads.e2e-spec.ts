import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Digest } from '#libs/oci';
import { pathOf, StorageDriver } from '#libs/storage';
import { digestOf, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'library/deep/ubuntu';

describe('uploads', () => {
  let registry: Registry;
  const client = () => registry.client();

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  async function begin(query = ''): Promise<string> {
    const { headers } = await client().post(`/v2/${NAME}/blobs/uploads/${query}`).expect(202);
    return String(headers.location);
  }

  const append = (location: string, content: Buffer, range?: string) => {
    const patch = client().patch(location).set('Content-Type', 'application/octet-stream');
    return (range === undefined ? patch : patch.set('Content-Range', range)).send(content);
  };

  const expectBlob = async (content: Buffer, digest = digestOf(content), name = NAME) => {
    const { body } = await client()
      .get(`/v2/${name}/blobs/${digest}`)
      .expect(200)
      .expect('Docker-Content-Digest', digest);
    expect(content.equals(body)).toBe(true);
  };

  it('begins with a session that holds nothing', async () => {
    const response = await client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    expect(response.headers).toMatchObject({ range: '0-0', 'content-length': '0' });
    expect(response.headers.location).toBe(`/v2/${NAME}/blobs/uploads/${response.headers['docker-upload-uuid']}`);
  });

  it('takes a blob in one POST', async () => {
    const { content, digest } = randomBlob();
    const response = await client().post(`/v2/${NAME}/blobs/uploads/?digest=${digest}`).send(content).expect(201);
    expect(response.headers).toMatchObject({
      location: `/v2/${NAME}/blobs/${digest}`,
      'docker-content-digest': digest,
    });
    await expectBlob(content);
  });

  it('takes a blob in POST and PUT', async () => {
    const { content, digest } = randomBlob();
    await client()
      .put(`${await begin()}?digest=${digest}`)
      .send(content)
      .expect(201);
    await expectBlob(content);
  });

  it('takes an empty blob', async () => {
    const digest = digestOf('');
    await client()
      .put(`${await begin()}?digest=${digest}`)
      .expect(201);
    await client().head(`/v2/${NAME}/blobs/${digest}`).expect(200).expect('Content-Length', '0');
    await client().get(`/v2/${NAME}/blobs/${digest}`).expect(200).expect('Content-Length', '0');
  });

  it('takes chunks in order, in the form of the specification and in that of RFC 9110', async () => {
    const { content, digest } = randomBlob(3000);
    const location = await begin();
    await append(location, content.subarray(0, 1000), '0-999').expect(202).expect('Range', '0-999');
    await append(location, content.subarray(1000, 2000), 'bytes 1000-1999/3000').expect(202).expect('Range', '0-1999');
    await client()
      .put(`${location}?digest=${digest}`)
      .set('Content-Range', '2000-2999')
      .send(content.subarray(2000))
      .expect(201);
    await expectBlob(content);
  });

  it('takes a stream of unknown length', async () => {
    const { content, digest } = randomBlob(3 * 1024 * 1024);
    const location = await begin();
    const response = await fetch(registry.url + location, {
      method: 'PATCH',
      body: Readable.toWeb(Readable.from([content.subarray(0, 1_000_000), content.subarray(1_000_000)])),
      duplex: 'half',
    } as RequestInit);
    expect([response.status, response.headers.get('range')]).toEqual([202, `0-${content.length - 1}`]);
    await client().put(`${location}?digest=${digest}`).expect(201);
    await expectBlob(content);
  });

  it.each(['ahead', 'again from the beginning'])(
    'refuses a chunk that comes %s, and keeps the session',
    async (order) => {
      const { content, digest } = randomBlob(300);
      const location = await begin();
      await append(location, content.subarray(0, 100), '0-99').expect(202);
      const range = order === 'ahead' ? '200-299' : '0-99';
      const refused = await append(location, content.subarray(200), range).expect(416);
      expect(refused.body.errors[0]).toMatchObject({ code: 'BLOB_UPLOAD_INVALID', detail: { offset: 100 } });
      expect(refused.headers).toMatchObject({ range: '0-99', location });
      const put = client().put(`${location}?digest=${digest}`).set('Content-Range', range).send(content.subarray(200));
      expect((await put.expect(416)).headers.range).toBe('0-99');
      await client().get(`${location}?digest=${digest}`).expect(204).expect('Range', '0-99');
      await client().put(`${location}?digest=${digest}`).send(content.subarray(100)).expect(201);
      await expectBlob(content);
    },
  );

  it('leaves nothing of a blob with another digest, and lets the client try again', async () => {
    const { content, digest } = randomBlob(500);
    const other = digestOf('other');
    const location = await begin();
    await append(location, content.subarray(0, 200)).expect(202);
    const refused = await client().put(`${location}?digest=${other}`).send(content.subarray(200)).expect(400);
    expect(refused.body.errors[0]).toMatchObject({
      code: 'DIGEST_INVALID',
      detail: { digest: other, computed: digest },
    });
    await client().head(`/v2/${NAME}/blobs/${other}`).expect(404);
    await client().head(`/v2/${NAME}/blobs/${digest}`).expect(404);
    await client().get(location).expect(204).expect('Range', '0-199');
    await client().put(`${location}?digest=${digest}`).send(content.subarray(200)).expect(201);
    await expectBlob(content);
  });

  it('leaves nothing of a POST with another digest', async () => {
    const { content, digest } = randomBlob();
    const query = `?digest=${digestOf('other')}`;
    const refused = await client().post(`/v2/${NAME}/blobs/uploads/${query}`).send(content).expect(400);
    expect(refused.body.errors[0].code).toBe('DIGEST_INVALID');
    await client().head(`/v2/${NAME}/blobs/${digest}`).expect(404);
  });

  it.each([
    ['none', '', 201],
    ['a negative one, which is none', '&size=-1', 201],
    ['the right one', '&size=1024', 201],
    ['a wrong one', '&size=1023', 400],
    ['something else', '&size=many', 400],
  ])('checks the size of the whole where it is given: %s', async (_case, query, status) => {
    const { content, digest } = randomBlob(1024);
    const location = await begin();
    const response = await client().put(`${location}?digest=${digest}${query}`).send(content).expect(status);
    if (status === 201) return;
    expect(response.body.errors[0].code).toBe('SIZE_INVALID');
    await client().put(`${location}?digest=${digest}&size=1024`).send(content).expect(201);
  });

  it('drops what a cut connection has brought', async () => {
    const { content, digest } = randomBlob(300_000);
    const location = await begin();
    await append(location, content.subarray(0, 1000)).expect(202);
    await sendHalf(registry.url, location, content.subarray(1000));
    await client().get(location).expect(204).expect('Range', '0-999');
    await append(location, content.subarray(1000), `1000-${content.length - 1}`).expect(202);
    await client().put(`${location}?digest=${digest}`).expect(201);
    await expectBlob(content);
  });

  it.each(['finishing', 'another chunk'])(
    'goes on with %s where a process died right after the data became a blob',
    async (next) => {
      const { content } = randomBlob(500);
      const part = content.subarray(0, 300);
      const location = await begin();
      await append(location, part).expect(202);
      const data = pathOf.uploadData(NAME, location.slice(-36));
      await registry.app.get(StorageDriver).move(data, pathOf.blob(Digest.of(part)));

      await client().get(location).expect(204).expect('Range', '0-299');
      const whole = next === 'finishing' ? part : content;
      const rest = whole.subarray(300);
      await client()
        .put(`${location}?digest=${digestOf(whole)}`)
        .send(rest)
        .expect(201);
      await expectBlob(whole);
    },
  );

  it.each([
    ['announced', '?digest-algorithm=sha512', true],
    ['asked for at the end', '', true],
    ['asked for with the whole content', '', false],
  ])('finishes under sha512 when it is %s', async (_case, query, isChunked) => {
    const { content } = randomBlob(5000);
    const digest = digestOf(content, 'sha512');
    const location = await begin(query);
    if (isChunked) await append(location, content.subarray(0, 2000)).expect(202);
    const rest = isChunked ? content.subarray(2000) : content;
    const response = await client().put(`${location}?digest=${digest}`).send(rest).expect(201);
    expect(response.headers['docker-content-digest']).toBe(digest);
    await expectBlob(content, digest);
  });

  it('refuses an algorithm that it does not have', async () => {
    const response = await client().post(`/v2/${NAME}/blobs/uploads/?digest-algorithm=md5`).expect(400);
    expect(response.body.errors[0].code).toBe('DIGEST_INVALID');
  });

  it('refuses a chunk that is not as long as it says', async () => {
    const location = await begin();
    const response = await append(location, Buffer.alloc(10), '0-99').expect(400);
    expect(response.body.errors[0].code).toBe('SIZE_INVALID');
    const malformed = await append(location, Buffer.alloc(10), 'lines 0-9').expect(416);
    expect(malformed.body.errors[0].code).toBe('BLOB_UPLOAD_INVALID');
    await client().get(location).expect(204).expect('Range', '0-0');
  });

  it('ends a session that is cancelled', async () => {
    const location = await begin();
    await client().delete(location).expect(204);
    for (const method of ['get', 'head', 'patch', 'put', 'delete'] as const) {
      await client()
        [method](`${location}?digest=${digestOf('')}`)
        .expect(404);
    }
  });

  it.each([
    ['an unknown session', '/uploads/00000000-0000-4000-8000-000000000000', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['an id that is none', '/uploads/..%2f..%2fescape', 404, 'BLOB_UPLOAD_UNKNOWN'],
  ])('answers %s', async (_case, path, status, code) => {
    const response = await client().patch(`/v2/${NAME}/blobs${path}`).send('x').expect(status);
    expect(response.body.errors[0].code).toBe(code);
  });

  it('keeps a session to its repository', async () => {
    const location = await begin();
    await client().get(location.replace(NAME, 'other')).expect(404);
  });

  it('finishes only with a digest', async () => {
    const location = await begin();
    const response = await client().put(location).expect(400);
    expect(response.body.errors[0].code).toBe('DIGEST_INVALID');
  });

  describe('mounts', () => {
    it('a blob of a repository that has it', async () => {
      const { content, digest } = randomBlob();
      await client().post(`/v2/source/blobs/uploads/?digest=${digest}`).send(content).expect(201);
      const query = `?mount=${digest}&from=source`;
      const response = await client().post(`/v2/target/blobs/uploads/${query}`).expect(201);
      expect(response.headers.location).toBe(`/v2/target/blobs/${digest}`);
      await expectBlob(content, digest, 'target');
    });

    it('a blob of any repository when none is named', async () => {
      const { content, digest } = randomBlob();
      await client().post(`/v2/nested/some/where/blobs/uploads/?digest=${digest}`).send(content).expect(201);
      await client().post(`/v2/target/blobs/uploads/?mount=${digest}`).expect(201);
      await expectBlob(content, digest, 'target');
    });

    it.each([
      ['the named repository does not have it', '&from=empty'],
      ['the named repository is no name', '&from=NO'],
    ])('nothing when %s, and starts an upload', async (_case, query) => {
      const { content, digest } = randomBlob();
      await client().post(`/v2/source/blobs/uploads/?digest=${digest}`).send(content).expect(201);
      const response = await client().post(`/v2/lonely/blobs/uploads/?mount=${digest}${query}`).expect(202);
      await client().head(`/v2/lonely/blobs/${digest}`).expect(404);
      await client().put(`${response.headers.location}?digest=${digest}`).send(content).expect(201);
    });

    it('nothing that every repository has deleted', async () => {
      const { content, digest } = randomBlob();
      await client().post(`/v2/source/blobs/uploads/?digest=${digest}`).send(content).expect(201);
      await client().delete(`/v2/source/blobs/${digest}`).expect(202);
      await client().post(`/v2/target/blobs/uploads/?mount=${digest}`).expect(202);
    });
  });
});

/** Sends the head of a request and a half of its body, and cuts the connection once the server has read some of it. */
async function sendHalf(url: string, path: string, body: Buffer): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`PATCH ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${body.length}\r\n\r\n`);
  await new Promise((resolve) => socket.write(body.subarray(0, body.length / 2), resolve));
  socket.destroy();
  await closed;
}
