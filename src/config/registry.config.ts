import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { AuthConfig } from './auth.config.js';
import { LimitsConfig } from './limits.config.js';
import { Setting } from './setting.decorator.js';
import {
  addressRanges,
  boolean,
  byteSize,
  count,
  duration,
  host,
  oneOf,
  optionalFile,
  pathPrefix,
  port,
  publicUrl,
  workers,
} from './setting-rules.js';
import { StorageConfig } from './storage.config.js';
import { TlsConfig } from './tls.config.js';

/** How the registry is reached over HTTP. Durations are in milliseconds. */
export class HttpConfig {
  /** Address to listen on. */
  @Setting(host)
  readonly host: string = '127.0.0.1';

  /** Port to listen on; 0 takes a free one. */
  @Setting(port)
  readonly port: number = 5000;

  /** Processes that serve the port together; `auto` is one for each processor. */
  @Setting(workers)
  readonly workers: number = 1;

  /** URL that clients reach the registry under, without a slash at its end. */
  @Setting(publicUrl)
  readonly publicUrl: string | undefined = undefined;

  /** Whether `Location` headers hold a path or a whole URL. Where there is a `publicUrl`, they hold that URL. */
  @Setting(oneOf('relative', 'absolute'))
  readonly location: 'relative' | 'absolute' = 'relative';

  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-*` headers are believed. */
  @Setting(addressRanges)
  readonly trustedProxies: readonly string[] = [];

  /** The header that makes a trusted proxy send the files of blobs, if it shall. */
  @Setting(oneOf('off', 'x-accel-redirect', 'x-sendfile'))
  readonly sendfile: 'off' | 'x-accel-redirect' | 'x-sendfile' = 'off';

  /** Where `X-Accel-Redirect` finds the folder that holds the content: a path of the proxy, without a slash at its end. */
  @Setting(pathPrefix)
  readonly sendfilePrefix: string = '/stowage-content';

  /** How long a connection may be silent in the middle of a request. */
  @Setting(duration(1))
  readonly idleTimeout: number = 120_000;

  /** How long a connection is kept open for the next request. */
  @Setting(duration(1))
  readonly keepAliveTimeout: number = 75_000;

  /** How long a client may take to send the headers of a request. */
  @Setting(duration(1))
  readonly headersTimeout: number = 60_000;

  /** Bytes per second that the body of a request must bring on average, over each `idleTimeout`; 0 for no matter how few. */
  @Setting(byteSize(0))
  readonly minUploadRate: number = 256;

  /** How long running transfers may go on after SIGTERM. */
  @Setting(duration(0))
  readonly drainTimeout: number = 30_000;

  @Type(() => TlsConfig)
  @ValidateNested()
  readonly tls: TlsConfig = new TlsConfig();
}

/** What is kept in memory of the storage. */
export class CacheConfig {
  /** Content of manifests, tags and small blobs, in bytes; 0 keeps nothing. */
  @Setting(byteSize(0))
  readonly maxSize: number = 32 * 1024 ** 2;

  /** Files that content is kept of. */
  @Setting(count(1))
  readonly maxEntries: number = 50_000;
}

const HOUR = 3_600_000;

/** When uploads that nobody goes on with are removed. Durations are in milliseconds. */
export class UploadsConfig {
  /** How often the storage is searched for them; 0 never. */
  @Setting(duration(0))
  readonly purgeInterval: number = 24 * HOUR;

  /** How long nothing must have come in for an upload. One that comes in a single stream may not take longer. */
  @Setting(duration(HOUR))
  readonly purgeAge: number = 168 * HOUR;
}

/** Which manifests are accepted. */
export class ManifestConfig {
  /** Largest manifest, in bytes. */
  @Setting(byteSize(4))
  readonly maxSize: number = 4 * 1024 ** 2;

  /** Whether blobs and children that a manifest refers to may be missing in the repository, as in a sparse index. */
  @Setting(boolean)
  readonly allowMissingReferences: boolean = false;
}

/** How the signed manifests of the first registries are treated. */
export class Schema1Config {
  /** File of the private key, PEM or JWK, that signs manifests which have no signature; one is made at start if absent. */
  @Setting(optionalFile)
  readonly signingKey: string | undefined = undefined;

  /** File of the certificates, PEM, one of which must vouch for who signed a manifest that is pushed. */
  @Setting(optionalFile)
  readonly authorities: string | undefined = undefined;

  /** Whether images are converted for clients that accept schema 1 only. */
  @Setting(boolean)
  readonly convert: boolean = false;
}

export class LogConfig {
  /** Least severe level that is logged. */
  @Setting(oneOf('trace', 'debug', 'info', 'warn', 'error'))
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' = 'info';

  /** `auto` is `pretty` on a terminal and `json` elsewhere. */
  @Setting(oneOf('auto', 'pretty', 'json'))
  readonly format: 'auto' | 'pretty' | 'json' = 'auto';
}

/** Every setting of the registry. The initial value of a field is its default. */
export class RegistryConfig {
  @Type(() => HttpConfig)
  @ValidateNested()
  readonly http: HttpConfig = new HttpConfig();

  @Type(() => AuthConfig)
  @ValidateNested()
  readonly auth: AuthConfig = new AuthConfig();

  @Type(() => LimitsConfig)
  @ValidateNested()
  readonly limits: LimitsConfig = new LimitsConfig();

  @Type(() => StorageConfig)
  @ValidateNested()
  readonly storage: StorageConfig = new StorageConfig();

  @Type(() => UploadsConfig)
  @ValidateNested()
  readonly uploads: UploadsConfig = new UploadsConfig();

  @Type(() => CacheConfig)
  @ValidateNested()
  readonly cache: CacheConfig = new CacheConfig();

  @Type(() => ManifestConfig)
  @ValidateNested()
  readonly manifest: ManifestConfig = new ManifestConfig();

  @Type(() => Schema1Config)
  @ValidateNested()
  readonly schema1: Schema1Config = new Schema1Config();

  @Type(() => LogConfig)
  @ValidateNested()
  readonly log: LogConfig = new LogConfig();
}
