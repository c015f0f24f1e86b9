import cluster, { type Worker } from 'node:cluster';
import type { Logger } from './log/index.js';

/**
 * Runs `count` processes that share one port, and replaces those that die. Resolves when all have ended, which SIGTERM
 * and SIGINT ask them to. They need nothing of each other but the storage: its locks, and its counts of changes.
 */
export async function runWorkers(count: number, logger: Logger): Promise<void> {
  let isStopping = false;
  const start = () => {
    const worker = cluster.fork();
    let hasServed = false;
    worker.once('listening', () => {
      hasServed = true;
    });
    worker.once('exit', (code, signal) => {
      if (isStopping) return;
      logger.error({ worker: worker.id, code, signal }, 'a worker ended');
      // One that cannot even start would be started again and again.
      if (hasServed) start();
      else process.exitCode = 1;
    });
  };
  for (let index = 0; index < count; index++) start();

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      isStopping = true;
      for (const worker of livingWorkers()) worker.process.kill('SIGTERM');
    });
  }
  await new Promise<void>((resolve) => {
    cluster.on('exit', () => {
      if (livingWorkers().length === 0) resolve();
    });
  });
}

function livingWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).flatMap((worker) => (worker && !worker.isDead() ? [worker] : []));
}
