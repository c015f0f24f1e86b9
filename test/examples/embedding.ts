import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  type AccessRequest,
  Authenticator,
  Authorizer,
  type Credentials,
  type Decision,
  type Principal,
} from '#libs/access';
import { Digest, MediaType, parseRepositoryName } from '#libs/oci';
import { AppModule } from '../../src/app.module.js';
import { createRegistryConfig } from '../../src/config/index.js';
import { APP_OPTIONS, configureApp } from '../../src/create-app.js';
import { RegistryExpressAdapter } from '../../src/http/index.js';
import { type Layer, LayerModule, LayerService } from '../../src/layer/index.js';
import { createLogger, NestLogger } from '../../src/log/index.js';
import { ManifestModule, ManifestService } from '../../src/manifest/index.js';

const REPORT = 'application/vnd.example.report';

/** Keeps reports in repositories: each is an artifact of one layer. */
@Injectable()
export class ReportArchive {
  constructor(
    private readonly layers: LayerService,
    private readonly manifests: ManifestService,
  ) {}

  /** Begins a report that comes piece by piece. What it returns is enough to go on, in any process. */
  async begin(repository: string): Promise<{ name: string; id: string }> {
    const { name, id } = await this.layers.upload(parseRepositoryName(repository));
    return { name, id };
  }

  /** Appends to a report; resolves to how long it is, in bytes. */
  async append({ name, id }: { name: string; id: string }, piece: Uint8Array): Promise<number> {
    const upload = await this.layers.resume(name, id);
    await upload.write(Readable.from([piece]));
    return upload.offset;
  }

  /** Stores a report that has come whole, under a tag. Throws `DIGEST_INVALID` where the digest is that of another. */
  async finish({ name, id }: { name: string; id: string }, tag: string, digest: Digest): Promise<Digest> {
    const upload = await this.layers.resume(name, id);
    await upload.finish({ digest, size: upload.offset });
    const { size } = await this.layers.fetch(name, digest);
    const config = Buffer.from('{}');
    await this.layers.put(name, Readable.from([config]), { digest: Digest.of(config) });
    const manifest = {
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      artifactType: REPORT,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: Digest.of(config), size: config.length },
      layers: [{ mediaType: REPORT, digest, size }],
    };
    const content = Buffer.from(JSON.stringify(manifest));
    const pushed = await this.manifests.put(name, { reference: { tag }, content, contentType: manifest.mediaType });
    return pushed.digest;
  }

  /** A report as a stream, which has to be read to its end or destroyed. */
  async read(name: string, tag: string): Promise<Readable> {
    return (await this.layerOf(name, tag)).reader();
  }

  /** The last bytes of a report, without reading the others. */
  async tail(name: string, tag: string, length: number): Promise<Buffer> {
    const reader = await (await this.layerOf(name, tag)).open();
    try {
      await reader.seek(-Math.min(length, reader.size), 'end');
      return await reader.read(length);
    } finally {
      await reader.close();
    }
  }

  /** The tags of all reports of a repository. */
  list(name: string): Promise<string[]> {
    return this.manifests.tags(name);
  }

  /** Removes a report: the manifest with its tags, then the layer from the repository. */
  async remove(name: string, tag: string): Promise<void> {
    const [{ digest }, layer] = [await this.manifests.get(name, { tag }), await this.layerOf(name, tag)];
    await this.manifests.delete(name, { digest });
    await this.layers.delete(name, layer.digest);
  }

  private async layerOf(name: string, tag: string): Promise<Layer> {
    const { content } = await this.manifests.get(name, { tag });
    const [layer] = JSON.parse(content.toString()).layers;
    return this.layers.fetch(name, Digest.parse(layer.digest));
  }
}

@Module({ imports: [LayerModule, ManifestModule], providers: [ReportArchive] })
export class ReportModule {}

/** Knows the accounts that the application has anyway. */
export class Accounts extends Authenticator {
  readonly name = 'accounts';
  readonly kinds = ['password'] as const;

  constructor(private readonly accounts: ReadonlyMap<string, string>) {
    super();
  }

  async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'password') return null;
    const { user, password } = credentials;
    // Hashed, so that both are of one length.
    const isRight = timingSafeEqual(hash(password), hash(this.accounts.get(user) ?? ''));
    if (!isRight || !this.accounts.has(user)) return null;
    return { name: user, isAnonymous: false, groups: [], claims: {}, authenticator: this.name };
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Lets everybody pull who has an account, and nobody change anything over HTTP. */
export class PullOnly extends Authorizer {
  decide({ principal, action }: AccessRequest): Decision {
    const isAllowed = !principal.isAnonymous && (action === 'pull' || action === 'catalog');
    return { isAllowed, reason: 'reports are only read' };
  }
}

/** The registry with an archive in it, ready to listen. */
export async function createArchive(accounts: ReadonlyMap<string, string>): Promise<NestExpressApplication> {
  const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'warn' } });
  const logger = createLogger(config.log);
  const auth = { authenticators: [new Accounts(accounts)], authorizer: new PullOnly() };
  const app = await NestFactory.create<NestExpressApplication>(
    { imports: [AppModule.forRoot(config, logger, { auth }), ReportModule] },
    new RegistryExpressAdapter(config.http),
    { ...APP_OPTIONS, logger: new NestLogger(logger) },
  );
  return configureApp(app, config, logger);
}
