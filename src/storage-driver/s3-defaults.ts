import type { S3StorageConfig } from '../config/index.js';

const AMAZON_COPIES_WHOLE = 32 * 1024 ** 2;
const OTHERS_COPY_WHOLE = 5 * 1024 ** 3;

type Settings = Pick<S3StorageConfig, 'copyThreshold' | 'endpoint' | 'pathStyle'>;

/** What the settings of S3 come to whose default depends on others. */
export function s3Defaults({ copyThreshold, endpoint, pathStyle }: Settings): {
  copyThreshold: number;
  pathStyle: boolean;
} {
  const isAmazon = endpoint === undefined;
  return {
    // Amazon copies bytes, and several parts at a time faster. Others copy a whole object by reference.
    copyThreshold: copyThreshold ?? (isAmazon ? AMAZON_COPIES_WHOLE : OTHERS_COPY_WHOLE),
    pathStyle: pathStyle ?? !isAmazon,
  };
}
