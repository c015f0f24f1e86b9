import { Setting } from './setting.decorator.js';
import { addressRanges, byteSize, duration, optionalFile, optionalUrl, word } from './setting-rules.js';

const SECOND = 1_000;
const WEEK = 7 * 24 * 3_600_000;

/** Which GETs of blobs are answered with a URL of the store, where the driver may do so. */
export class RedirectConfig {
  /** Smallest blob that is left to the store, in bytes. */
  @Setting(byteSize(0))
  readonly minSize: number = 128 * 1024;

  /** Addresses and CIDR ranges of the clients that are redirected; all of them where there are none. */
  @Setting(addressRanges)
  readonly networks: readonly string[] = [];

  /** How long such a URL holds, in milliseconds. */
  @Setting(duration(SECOND, WEEK))
  readonly expiry: number = 20 * 60_000;
}

/** A content delivery network that takes its content from the store, and checks signatures as CloudFront does. */
export class CdnConfig {
  /** URL under which the network has each object at its key, without a slash at its end. */
  @Setting(optionalUrl)
  readonly url: string | undefined = undefined;

  /** Id of the public key that the network checks signatures with. */
  @Setting(word)
  readonly keyPairId: string | undefined = undefined;

  /** File of the private key, PEM, that URLs are signed with. */
  @Setting(optionalFile)
  readonly privateKey: string | undefined = undefined;
}
