import { describe, expect, it } from '@jest/globals';
import type { MigrationReport, Tally } from '#libs/migration';
import { Digest, OciError } from '#libs/oci';
import { describeReport, describeSurvey } from './migration-text.js';

const RUN = { root: '/srv/registry', dryRun: false, remove: false };

function reportOf(changes: Partial<MigrationReport> = {}): MigrationReport {
  const tally: Tally = { migrated: 2, present: 0, left: 0 };
  return { tallies: { blob: tally, link: tally, manifest: tally }, problems: [], notices: [], removed: 0, ...changes };
}

describe('what is told of a migration', () => {
  it('begins with what there is to do', () => {
    expect(describeSurvey('/srv/registry', { blobs: 1, bytes: 1536, links: 2, manifests: 0 })).toBe(
      '/srv/registry has the layout of 2014: 1 blob, 2 layer links, 0 manifests; 1.5 KiB of blobs.\n',
    );
  });

  it('counts what was migrated, by this run and before, and what was left', () => {
    const tallies = {
      blob: { migrated: 1, present: 2, left: 3 },
      link: { migrated: 4, present: 0, left: 0 },
      manifest: { migrated: 0, present: 5, left: 0 },
    };
    expect(describeReport(reportOf({ tallies }), RUN)).toContain(
      'blobs: 1 migrated, 2 migrated before, 3 left alone\nlayer links: 4 migrated\nmanifests: 0 migrated, 5 migrated before\n',
    );
  });

  it.each([
    ['a run', {}, {}, 'The early files are still there; to remove them: stowage migrate /srv/registry --remove\n'],
    ['a dry run', { dryRun: true }, {}, 'Nothing was written. All of it can be migrated.\n'],
    ['a run that removes', { remove: true }, { removed: 1 }, 'All is migrated, and 1 early file removed.\n'],
  ])('ends, for %s, with what is to be done next', (_case, run, report, end) => {
    expect(describeReport(reportOf(report), { ...RUN, ...run }).endsWith(end)).toBe(true);
  });

  it('names each file that was left, with all that is wrong with it', () => {
    const digest = Digest.of(Buffer.from('x'));
    const errors = [
      new OciError('NAME_INVALID', { name: 'a', expected: 'b' }),
      new OciError('BLOB_UNKNOWN', { digest }),
    ];
    const problems = [{ kind: 'manifest' as const, path: '/docker/registry/v2/x', errors }];
    const text = describeReport(reportOf({ problems }), { ...RUN, remove: true });
    expect(text).toContain(`left alone: /srv/registry/docker/registry/v2/x
  NAME_INVALID: invalid repository name (name: a, expected: b)
  BLOB_UNKNOWN: blob unknown to registry (digest: ${digest})
1 file left alone, and none removed. Mend or move away what is named above, and run it again: `);
  });

  it('shows no control characters of a file', () => {
    const errors = [new OciError('DIGEST_INVALID', { text: 'a\n\u001b[2Jb\u009b' })];
    const problems = [{ kind: 'link' as const, path: '/x', errors }];
    expect(describeReport(reportOf({ problems }), RUN)).toContain('(text: a\\u000a\\u001b[2Jb\\u009b)\n');
  });

  it('names what is worth knowing of a file that was migrated', () => {
    const notices = [{ path: '/x', text: 'the tag stays' }];
    expect(describeReport(reportOf({ notices }), RUN)).toContain('note: /srv/registry/x\n  the tag stays\n');
  });
});
