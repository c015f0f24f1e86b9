export { createTarSum, TarSum } from './tarsum.js';
export {
  formatTarSum,
  formatTarSumAlgorithm,
  parseTarSum,
  parseTarSumAlgorithm,
  type TarSumAlgorithm,
  type TarSumDigest,
  type TarSumHash,
  type TarSumVersion,
} from './tarsum-digest.js';
export {
  MalformedArchiveError,
  TarSumError,
  TarSumFormatError,
  type TarSumFormatReason,
  TarSumVersionError,
} from './tarsum-error.js';
