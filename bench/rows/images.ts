import type { Bench } from '../bench.ts';
import { readyClient } from '../load/client-process.ts';
import { IMAGE_CLIENT, type PushedImage } from '../load/clients.ts';
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
    const { result: pushed, duration, cpu } = await server.measure(() => client.run());
    const memory = server.residentPeak() / MiB;
    await verify(url, pushed, images);
    return { rate: images / duration, cpu: (cpu / images) * 1000, memory };
  });
}

/** Every image is there, and its layer with it. Lists of tags are not asked: on S3, those of Distribution are not complete. */
async function verify(url: string, pushed: readonly PushedImage[], images: number): Promise<void> {
  if (pushed.length !== images) throw new Error(`${pushed.length} images were pushed instead of ${images}`);
  const client = new RegistryClient(url);
  for (const { repository, number, digest } of pushed) {
    const { layer } = smallImage(`image ${number}`);
    await client.verify(`/v2/${repository}/manifests/v${number}`, digest, ACCEPT_MANIFEST);
    await client.verify(`/v2/${repository}/blobs/${layer.digest}`, layer.digest);
  }
  client.close();
}
