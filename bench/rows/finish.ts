import type { Bench } from '../bench.ts';
import { largeContents } from '../load/content.ts';
import { RegistryClient } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { type Figures, MiB, REFERENCE, type Row } from './row.ts';

const REPOSITORY = 'bench/finished';

/** The end of a large push, for which the client can only wait: all is sent, and the PUT names the digest. */
export const finishRow: Row = {
  id: 'finish-large',
  title: 'finish of a large push',
  kinds: ['registry'],
  metrics: [
    { id: 'duration', title: 'time', unit: 'ms', better: 'lower', goals: [{ peer: REFERENCE, atMost: 1 / 2 }] },
    { id: 'cpu', title: 'cpu', unit: 'ms', better: 'lower' },
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower' },
  ],
  measure,
};

function measure(bench: Bench, peer: Peer): Promise<Figures> {
  const { finishBlob: size, finishChunk: chunk } = bench.scale;
  const [content] = largeContents(['finished'], size);
  if (content === undefined) throw new Error('there is no content');
  return bench.onEmptyRoot(peer, async (server) => {
    const client = new RegistryClient(server.url);
    await bench.takeMemory(size);
    const session = await client.sendChunks(REPOSITORY, content, chunk);
    const { duration, cpu } = await server.measure(() => client.finish(session, content.digest));
    const memory = server.residentPeak();
    await client.verify(`/v2/${REPOSITORY}/blobs/${content.digest}`, content.digest);
    client.close();
    return { duration: duration * 1000, cpu: cpu * 1000, memory: memory / MiB };
  });
}
