import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { AppModule, type AppOptions } from './app.module.js';
import type { RegistryConfig } from './config/index.js';
import { cutSlowBodies, RegistryExpressAdapter, requireHost } from './http/index.js';
import { Limits } from './limits/index.js';
import { accessLog, type Logger, NestLogger } from './log/index.js';
import { OpenApiDocument } from './openapi/index.js';

/** Makes the registry as an application that is ready to listen. */
export async function createApp(
  config: RegistryConfig,
  logger: Logger,
  options: AppOptions = {},
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, logger, options),
    new RegistryExpressAdapter(config.http),
    { ...APP_OPTIONS, logger: new NestLogger(logger) },
  );
  return configureApp(app, config, logger);
}

export const APP_OPTIONS: NestApplicationOptions = {
  // Uploads are streamed: no middleware may read a body before its handler.
  bodyParser: false,
  routeConflictPolicy: { duplicate: 'error' },
  // Whoever makes the application decides what a failure means for the process.
  abortOnError: false,
};

/** What the registry expects of the application that it is part of. */
export function configureApp(
  app: NestExpressApplication,
  config: RegistryConfig,
  logger: Logger,
): NestExpressApplication {
  app.disable('x-powered-by');
  // The digest is the entity tag of content, and is set by hand.
  app.disable('etag');
  app.set('trust proxy', [...config.http.trustedProxies]);
  // A list of tags may be longer than the parser's own limit.
  app.set('query parser', 'simple');
  app.use(cutSlowBodies(config.http));
  app.use(accessLog(logger));
  app.use(requireHost);
  const { ofAddresses } = app.get(Limits);
  if (ofAddresses) app.use(ofAddresses);
  app.use(announceVersion);
  app.get(OpenApiDocument).describe(app);
  return app;
}

const OF_THE_API = /^\/v2(?:\/|$)/;

/** Not mounted on its path: to cut that off and put it back takes the router longer than this. */
function announceVersion({ path }: Request, response: Response, next: NextFunction): void {
  if (OF_THE_API.test(path)) response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
  next();
}
