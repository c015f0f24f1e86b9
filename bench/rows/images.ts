import type { Bench } from '../bench.ts';
import { readyClient } from '../load/client-process.ts';
import { IMAGE_CLIENT } from '../load/clients.ts';
import { smallImage } from '../load/image.ts';
import { ACCEPT_MANIFEST, RegistryClient } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { type Figures, MiB, REFERENCE, type Row } from './row.ts';

const REPOSITORY = 'bench/images';

export const imageRow: Row = {
  id: 'push-images',
  title: 'small image pushes',
  kinds: ['registry'],
  metrics: [
    { id: 'rate', title: 'images', unit: '/s', better: 'higher', goals: [{ peer: REFERENCE, atLeast: 2 }] },
    { id: 'cpu', title: 'cpu', unit: 'ms each', better: 'lower', isWatched: true },
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower' },
  ],
  measure,
};

function measure(bench: Bench, peer: Peer): Promise<Figures> {
  const { images, imageClients: clients } = bench.scale;
  return bench.onEmptyRoot(peer, async (server) => {
    const { url } = server;
    const client = await readyClient(IMAGE_CLIENT, { url, repository: REPOSITORY, images, clients });
    const { result: digests, duration, cpu } = await server.measure(() => client.run());
    const memory = server.residentPeak() / MiB;
    await verify(url, digests, clients);
    return { rate: images / duration, cpu: (cpu / images) * 1000, memory };
  });
}

/** Every image is there, in one of the repositories, and its layer with it. */
async function verify(url: string, digests: readonly string[], clients: number): Promise<void> {
  const client = new RegistryClient(url);
  const repositories = Array.from({ length: clients }, (_, number) => `${REPOSITORY}-${number}`);
  const tagsOf = await Promise.all(
    repositories.map(async (repository) => {
      const own = new RegistryClient(url);
      const { body } = await own.expect(200, 'GET', `/v2/${repository}/tags/list`);
      own.close();
      const { tags }: { tags: string[] } = JSON.parse(body.toString());
      return { repository, tags: new Set(tags) };
    }),
  );
  for (const [number, digest] of digests.entries()) {
    const repository = tagsOf.find(({ tags }) => tags.has(`v${number}`))?.repository;
    if (repository === undefined) throw new Error(`image ${number} is in no repository`);
    const { layer } = smallImage(`image ${number}`);
    await client.verify(`/v2/${repository}/manifests/v${number}`, digest, ACCEPT_MANIFEST);
    await client.verify(`/v2/${repository}/blobs/${layer.digest}`, layer.digest);
  }
  client.close();
}
