import cluster from 'node:cluster';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigurationError, loadRegistryConfig, type RegistryConfig } from './config/index.js';
import { createApp } from './create-app.js';
import { tuneGarbageCollection } from './garbage-collection.js';
import type { RegistryServer } from './http/index.js';
import { createLogger, type Logger } from './log/index.js';
import { runWorkers } from './workers.js';

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIGURATION = 78;

/** Starts the registry as the process is configured, and ends the process when that cannot be done. */
export async function start(): Promise<void> {
  tuneGarbageCollection();
  const config = configure();
  const logger = createLogger(config.log);
  if (config.http.workers > 1 && cluster.isPrimary) await runWorkers(config.http.workers, logger);
  else await serve(config, logger);
}

async function serve(config: RegistryConfig, logger: Logger): Promise<void> {
  try {
    const app = await createApp(config, logger);
    await app.listen(config.http.port, config.http.host);
    // Whoever reads the next line may ask for the end at once.
    stopOnSignal(app, config, logger);
    logger.info({ url: await app.getUrl(), driver: config.storage.driver, pid: process.pid }, 'listening');
  } catch (error) {
    logger.fatal({ err: error }, 'cannot start');
    process.exitCode = 1;
    cluster.worker?.disconnect();
  }
}

function configure(): RegistryConfig {
  try {
    return loadRegistryConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

const WORKER_SIGNALS = ['SIGTERM'] as const;
const SIGNALS = [...WORKER_SIGNALS, 'SIGINT'] as const;

/** Takes no new connections, lets running transfers finish for a while, and leaves the others to be resumed. */
function stopOnSignal(app: NestExpressApplication, config: RegistryConfig, logger: Logger): void {
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    await (app.getHttpServer() as RegistryServer).drain(config.http.drainTimeout);
    await app.close();
    logger.info('stopped');
    cluster.worker?.disconnect();
  };
  // A worker leaves SIGINT, which a terminal sends to all, to the process that started it.
  if (cluster.isWorker) process.on('SIGINT', () => undefined);
  for (const signal of cluster.isWorker ? WORKER_SIGNALS : SIGNALS) process.once(signal, stop);
}
