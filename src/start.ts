import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigurationError, loadRegistryConfig, type RegistryConfig } from './config/index.js';
import { createApp } from './create-app.js';
import { drain } from './http/index.js';
import { createLogger, type Logger } from './log/index.js';

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIGURATION = 78;

/** Starts the registry as the process is configured, and ends the process when that cannot be done. */
export async function start(): Promise<void> {
  const config = configure();
  const logger = createLogger(config.log);
  try {
    const app = await createApp(config, logger);
    await app.listen(config.http.port, config.http.host);
    logger.info({ url: await app.getUrl(), driver: config.storage.driver }, 'listening');
    stopOnSignal(app, config, logger);
  } catch (error) {
    logger.fatal({ err: error }, 'cannot start');
    process.exitCode = 1;
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

/** Takes no new connections, lets running transfers finish for a while, and leaves the others to be resumed. */
function stopOnSignal(app: NestExpressApplication, config: RegistryConfig, logger: Logger): void {
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    await drain(app.getHttpServer() as Server, config.http.drainTimeout);
    await app.close();
    logger.info('stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
}
