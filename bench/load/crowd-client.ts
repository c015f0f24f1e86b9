import { setTimeout } from 'node:timers/promises';
import { serveAsClient } from './client-process.ts';
import type { CrowdJob } from './clients.ts';
import { type LargeContent, largeContents } from './content.ts';
import { RegistryClient } from './registry-client.ts';

/** A slow upload sends no more at once than its pace allows for this many milliseconds. */
const STEP = 50;

await serveAsClient<CrowdJob, string[]>((job) => {
  const contents = largeContents(job.labels, job.size);
  return async () => {
    await Promise.all([
      ...contents.map((content, index) => upload(job, content, index)),
      ...job.downloads.map((path, index) => download(job, path, index)),
    ]);
    return contents.map(({ digest }) => digest);
  };
});

async function upload({ url, repository, pace }: CrowdJob, content: LargeContent, index: number): Promise<void> {
  const client = new RegistryClient(url);
  const body = isSlow(index) ? slowly(content.blocks(), pace) : content.blocks();
  await client.pushLargeBlob(repository, content, isOdd(index >> 1) ? 'patch' : 'put', body);
  client.close();
}

async function download({ url, pace }: CrowdJob, path: string, index: number): Promise<void> {
  const client = new RegistryClient(url);
  await client.expect(200, 'GET', path, { sink: () => {}, ...(isSlow(index) && { pace }) });
  client.close();
}

async function* slowly(blocks: Iterable<Buffer>, pace: number): AsyncGenerator<Buffer> {
  const stepSize = Math.ceil((pace * STEP) / 1000);
  const begin = performance.now();
  let sent = 0;
  for (const block of blocks) {
    for (let at = 0; at < block.length; at += stepSize) {
      const step = block.subarray(at, at + stepSize);
      sent += step.length;
      yield step;
      await setTimeout(Math.max(0, begin + (sent / pace) * 1000 - performance.now()));
    }
  }
}

function isSlow(index: number): boolean {
  return isOdd(index);
}

function isOdd(index: number): boolean {
  return index % 2 === 1;
}
