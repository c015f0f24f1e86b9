import { serveAsClient } from './client-process.ts';
import type { ImageJob, PushedImage } from './clients.ts';
import { type Image, smallImage } from './image.ts';
import { RegistryClient } from './registry-client.ts';

await serveAsClient<ImageJob, PushedImage[]>(({ url, repository, images, clients }) => {
  const made = Array.from({ length: images }, (_, index) => smallImage(`image ${index}`));
  return async () => {
    const waiting = [...made.entries()];
    const pushed = await Promise.all(
      Array.from({ length: clients }, (_, number) => pushUntilNoneWaits(url, `${repository}-${number}`, waiting)),
    );
    return pushed.flat();
  };
});

async function pushUntilNoneWaits(url: string, repository: string, waiting: [number, Image][]): Promise<PushedImage[]> {
  const pushed: PushedImage[] = [];
  const client = new RegistryClient(url);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [number, image] = next;
    await client.pushImage(repository, `v${number}`, image);
    pushed.push({ repository, number, digest: image.manifest.digest });
  }
  client.close();
  return pushed;
}
