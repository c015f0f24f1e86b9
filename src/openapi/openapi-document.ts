import { type INestApplication, Injectable } from '@nestjs/common';
import { buildOpenApiDocument } from './document.js';

/** The OpenAPI document of the application. It is built when it is first asked for, for no start should wait for it. */
@Injectable()
export class OpenApiDocument {
  private app: INestApplication | undefined;
  private json: Buffer | undefined;

  /** Says whose routes the document is to describe. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  /** The document as JSON in UTF-8. */
  toJson(): Buffer {
    if (!this.app) throw new Error('no application is described');
    this.json ??= Buffer.from(JSON.stringify(buildOpenApiDocument(this.app)));
    return this.json;
  }
}
