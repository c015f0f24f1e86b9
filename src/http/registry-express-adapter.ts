import { ExpressAdapter } from '@nestjs/platform-express/adapters/express-adapter.js';
import type { Application } from 'express';
import type { HttpConfig } from '../config/index.js';
import { RegistryServer } from './registry-server.js';

/** Express on a `RegistryServer`. */
export class RegistryExpressAdapter extends ExpressAdapter {
  constructor(private readonly config: HttpConfig) {
    super();
    // Whatever guards the paths in front of the registry knows them in lower case only. The setting of the application
    // comes too late for the router, which is there already.
    Object.assign(this.getInstance<Application>().router, { caseSensitive: true });
  }

  override initHttpServer(): void {
    this.setHttpServer(new RegistryServer(this.config, this.getInstance()));
  }
}
