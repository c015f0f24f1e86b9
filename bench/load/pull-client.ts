import { serveAsClient } from './client-process.ts';
import type { PullJob } from './clients.ts';
import { RegistryClient } from './registry-client.ts';

await serveAsClient<PullJob, number>(({ url, paths, times }) => async () => {
  const bytes = await Promise.all(paths.map((path) => pull(url, path, times)));
  return bytes.reduce((total, one) => total + one, 0);
});

async function pull(url: string, path: string, times: number): Promise<number> {
  const client = new RegistryClient(url);
  let bytes = 0;
  for (let time = 0; time < times; time++) {
    const answer = await client.expect(200, 'GET', path, { sink: () => {} });
    bytes += answer.bytes;
  }
  client.close();
  return bytes;
}
