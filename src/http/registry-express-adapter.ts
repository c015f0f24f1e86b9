import { ExpressAdapter } from '@nestjs/platform-express/adapters/express-adapter.js';
import type { Application } from 'express';
import type { HttpConfig } from '../config/index.js';
import { messagesOf } from './express-messages.js';
import { PlainRegistryServer } from './registry-server.js';
import { TlsRegistryServer } from './tls-registry-server.js';

/** Express on a `RegistryServer`, with TLS where there is a certificate. */
export class RegistryExpressAdapter extends ExpressAdapter {
  constructor(private readonly config: HttpConfig) {
    super();
    // Whatever guards the paths in front of the registry knows them in lower case only. The setting of the application
    // comes too late for the router, which is there already.
    Object.assign(this.getInstance<Application>().router, { caseSensitive: true });
  }

  override initHttpServer(): void {
    const Server = this.config.tls.certificate === undefined ? PlainRegistryServer : TlsRegistryServer;
    const app = this.getInstance<Application>();
    this.setHttpServer(new Server(this.config, app, messagesOf(app)));
  }
}
