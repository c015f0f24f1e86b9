import type { StorageDriver } from '#libs/storage';
import { walkEarlyBlobs, walkEarlyRepositories } from './early-layout.js';

/** How much lies in the early layout. */
export interface EarlySurvey {
  readonly blobs: number;
  /** Of all blobs. */
  readonly bytes: number;
  readonly links: number;
  readonly manifests: number;
}

/** Counts the files of the early layout, without opening them. */
export async function surveyEarlyLayout(storage: StorageDriver): Promise<EarlySurvey> {
  const survey = { blobs: 0, bytes: 0, links: 0, manifests: 0 };
  for await (const file of walkEarlyBlobs(storage)) {
    if (file.kind === 'foreign') continue;
    survey.blobs++;
    survey.bytes += file.size;
  }
  for await (const { kind } of walkEarlyRepositories(storage)) {
    if (kind === 'link') survey.links++;
    if (kind === 'manifest') survey.manifests++;
  }
  return survey;
}

/** Whether there is nothing to migrate. */
export function isEmpty({ blobs, links, manifests }: EarlySurvey): boolean {
  return blobs + links + manifests === 0;
}
