import { beforeEach, describe, expect, it } from '@jest/globals';
import { MigrationProgress } from './migration-progress.js';
import type { ProgressState } from './progress-display.js';

describe('the progress of a migration', () => {
  let shown: string[];
  let progress: MigrationProgress;

  beforeEach(() => {
    shown = [];
    const show = ({ part, value, total, text }: ProgressState) => shown.push(`${part} ${value}/${total}: ${text}`);
    const survey = { blobs: 2, bytes: 3000, links: 3, manifests: 1 };
    progress = new MigrationProgress(survey, { show, end: () => undefined });
  });

  it('is measured in the bytes of blobs, those included that need not be read', () => {
    progress.read(500);
    progress.read(500);
    progress.settled('blob', 'migrated', 1000);
    progress.settled('blob', 'present', 2000);
    expect(shown).toEqual([
      'blobs 500/3000: 0 of 2, 500 B of 2.9 KiB',
      'blobs 1000/3000: 0 of 2, 1000 B of 2.9 KiB',
      'blobs 1000/3000: 1 of 2, 1000 B of 2.9 KiB',
      'blobs 3000/3000: 2 of 2, 2.9 KiB of 2.9 KiB',
    ]);
  });

  it('never goes beyond the end, or back, where a blob is read twice', () => {
    progress.settled('blob', 'migrated', 1000);
    progress.read(2000);
    progress.read(2000);
    progress.settled('blob', 'migrated', 2000);
    expect(shown.map((line) => line.split(':')[0])).toEqual([
      'blobs 1000/3000',
      'blobs 3000/3000',
      'blobs 3000/3000',
      'blobs 3000/3000',
    ]);
  });

  it('is counted for links, manifests and the removal of all of them', () => {
    progress.settled('link', 'migrated', 0);
    progress.settled('manifest', 'left', 700);
    progress.removed();
    expect(shown).toEqual(['links 1/3: 1 of 3', 'manifests 1/1: 1 of 1', 'removal 1/6: 1 of 6']);
  });
});
