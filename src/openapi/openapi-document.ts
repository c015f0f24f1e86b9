import { type INestApplication, Injectable } from '@nestjs/common';

/**
 * The OpenAPI document of the application. It is built when it is first asked for, and what builds it is loaded only
 * then: no start should wait for it.
 */
@Injectable()
export class OpenApiDocument {
  private app: INestApplication | undefined;
  private json: Promise<Buffer> | undefined;

  /** Says whose routes the document is to describe. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  /** The document as JSON in UTF-8. */
  async toJson(): Promise<Buffer> {
    if (!this.app) throw new Error('no application is described');
    this.json ??= build(this.app);
    return this.json;
  }
}

async function build(app: INestApplication): Promise<Buffer> {
  const { buildOpenApiDocument } = await import('./document.js');
  return Buffer.from(JSON.stringify(buildOpenApiDocument(app)));
}
