import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { openSharedCounters } from './shared-counters.js';

const COUNTING = 20_000;

/** Counts in a mapped file as `openSharedCounters` maps it, in a process of its own. */
const SCRIPT = `
import koffi from 'koffi';
import { openSync } from 'node:fs';
const [file, slot, times] = process.argv.slice(1);
const mmap = koffi.load(null).func('void *mmap(void *a, size_t l, int p, int f, int fd, int64_t o)');
const counts = new Int32Array(koffi.view(mmap(null, 65536, 3, 1, openSync(file, 'r+'), 0), 65536));
for (let time = 0; time < Number(times); time++) Atomics.add(counts, Number(slot), 1);
`;

describe('openSharedCounters', () => {
  it('gives counters that no process overtakes another in', async () => {
    const root = await mkdtemp(join(tmpdir(), 'stowage-counters-'));
    const [counters, again] = await Promise.all([openSharedCounters(root), openSharedCounters(root)]);
    if (!counters || !again) throw new Error('this platform cannot map files');
    const slot = counters.slotOf('key');
    const file = join(root, 'docker/registry/stowage/changes-16384');
    const args = ['--input-type=module', '-e', SCRIPT, file, String(slot), String(COUNTING)];
    const child = () => promisify(execFile)(process.execPath, args, { cwd: process.cwd() });
    const children = Promise.all([child(), child()]);
    for (let time = 0; time < COUNTING; time++) again.bump('key');
    await children;
    expect(counters.at(slot)).toBe(3 * COUNTING);
  });
});
