import { serveAsClient } from './client-process.ts';
import type { PushJob } from './clients.ts';
import { largeContents } from './content.ts';
import { RegistryClient } from './registry-client.ts';

await serveAsClient<PushJob, string[]>(({ url, repository, labels, size, form }) => {
  const contents = largeContents(labels, size);
  return async () => {
    await Promise.all(
      contents.map(async (content) => {
        const client = new RegistryClient(url);
        await client.pushLargeBlob(repository, content, form);
        client.close();
      }),
    );
    return contents.map(({ digest }) => digest);
  };
});
