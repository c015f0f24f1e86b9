import type { Client } from './client-process.ts';
import type { UploadForm } from './registry-client.ts';

/** Sends requests on some connections for some seconds, each the next as soon as it has the answer to the last. */
export const HEAD_CLIENT: Client<HeadJob, SmallRequests> = { file: 'head-client.ts' };

export interface HeadJob {
  readonly url: string;
  readonly paths: readonly string[];
  readonly headers: Record<string, string>;
  readonly connections: number;
  readonly seconds: number;
}

/** Latencies are in milliseconds. */
export interface SmallRequests {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** Reads each path on a connection of its own, some times over. Resolves with the bytes of all. */
export const PULL_CLIENT: Client<PullJob, number> = { file: 'pull-client.ts' };

export interface PullJob {
  readonly url: string;
  readonly paths: readonly string[];
  readonly times: number;
}

/** Pushes a large blob for each label on a connection of its own. Resolves with their digests. */
export const PUSH_CLIENT: Client<PushJob, string[]> = { file: 'push-client.ts' };

export interface PushJob {
  readonly url: string;
  readonly repository: string;
  readonly labels: readonly string[];
  readonly size: number;
  readonly form: UploadForm;
}

/** Pushes small images, each client into a repository of its own, named with its number. Resolves with what is where. */
export const IMAGE_CLIENT: Client<ImageJob, PushedImage[]> = { file: 'image-client.ts' };

export interface PushedImage {
  readonly repository: string;
  /** The image is tagged with it, behind a `v`. */
  readonly number: number;
  readonly digest: string;
}

export interface ImageJob {
  readonly url: string;
  readonly repository: string;
  readonly images: number;
  readonly clients: number;
}

/** Many large uploads and downloads at once, every second one of them slow. */
export const CROWD_CLIENT: Client<CrowdJob, string[]> = { file: 'crowd-client.ts' };

export interface CrowdJob {
  readonly url: string;
  readonly repository: string;
  /** Labels of the uploads. */
  readonly labels: readonly string[];
  /** Bytes of each transfer. */
  readonly size: number;
  readonly downloads: readonly string[];
  /** Bytes a second of those that are slow. */
  readonly pace: number;
}

/** Asks for `/v2/` at a steady pace until a signal tells it to stop. */
export const PROBE_CLIENT: Client<ProbeJob, Probes> = { file: 'probe-client.ts' };

export interface ProbeJob {
  readonly url: string;
  /** Milliseconds between two requests. */
  readonly interval: number;
}

/** Milliseconds from request to answer. */
export interface Probes {
  /** Requests on connections that were open before. */
  readonly count: number;
  readonly p99: number;
  readonly worst: number;
  /** Of requests on new connections, the time to connect included. */
  readonly freshP99: number;
}
