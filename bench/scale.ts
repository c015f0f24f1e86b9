const MiB = 1024 ** 2;

/** How much work each row does. Results of different scales cannot be compared. */
export interface Scale {
  readonly name: 'full' | 'quick';
  /** Seconds of small requests before the measured ones. */
  readonly warmUp: number;
  /** Seconds of small requests that are measured. */
  readonly seconds: number;
  /** Connections that send small requests, each the next as soon as it has the answer to the last. */
  readonly connections: number;
  /** Large transfers at a time. */
  readonly transfers: number;
  /** How often each of them is made when pulling. */
  readonly pulls: number;
  /** Bytes of a large blob. */
  readonly largeBlob: number;
  /** Bytes of a blob of which only the end of the push is measured. */
  readonly finishBlob: number;
  /** MiB of it in each chunk. */
  readonly finishChunk: number;
  readonly images: number;
  readonly imageClients: number;
  /** Uploads of the crowd, and as many downloads; half of each are slow. */
  readonly crowd: number;
  /** Bytes of each transfer of the crowd. */
  readonly crowdBlob: number;
  /** Seconds that a slow transfer of the crowd takes at least. */
  readonly crowdSeconds: number;
  /** Tags of the repository that a manifest is deleted in. */
  readonly tagsAround: number;
  readonly deletions: number;
  /** Tags of the repository that pages are read of. */
  readonly tagsToList: number;
  readonly pages: number;
  readonly starts: number;
}

export const FULL: Scale = {
  name: 'full',
  warmUp: 2,
  seconds: 3,
  connections: 32,
  transfers: 4,
  pulls: 4,
  largeBlob: 256 * MiB,
  finishBlob: 1024 * MiB,
  finishChunk: 128,
  images: 200,
  imageClients: 8,
  crowd: 64,
  crowdBlob: 256 * MiB,
  crowdSeconds: 30,
  tagsAround: 10_000,
  deletions: 3,
  tagsToList: 20_000,
  pages: 100,
  starts: 5,
};

export const QUICK: Scale = {
  ...FULL,
  name: 'quick',
  warmUp: 1,
  seconds: 1,
  pulls: 2,
  largeBlob: 64 * MiB,
  finishBlob: 128 * MiB,
  finishChunk: 48,
  images: 80,
  crowd: 16,
  crowdBlob: 16 * MiB,
  crowdSeconds: 4,
  tagsAround: 1_000,
  tagsToList: 2_000,
  pages: 30,
  starts: 3,
};
