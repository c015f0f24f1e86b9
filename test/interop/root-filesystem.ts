import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { CACHE, type Workspace } from './workspace.ts';

const TAR = join(CACHE, 'bookworm-minbase.tar');

/** What a container engine adds to, or changes in, a root filesystem that it hands out. */
const OF_THE_ENGINE = new Set([
  '.dockerenv',
  'dev',
  'etc/hostname',
  'etc/hosts',
  'etc/mtab',
  'etc/resolv.conf',
  'proc',
  'sys',
]);

/** Makes a tar of Debian's smallest root filesystem, or finds the one made before; returns its path. */
export async function debianRootFilesystem(workspace: Workspace): Promise<string> {
  if (await exists(TAR)) return TAR;
  console.log('making a root filesystem with debootstrap');
  await mkdir(CACHE, { recursive: true });
  await workspace.within('debootstrap', async (folder) => {
    await run('debootstrap', ['--variant=minbase', 'bookworm', folder], { timeout: 900_000 });
    const left = ['./dev/*', './etc/hostname', './etc/resolv.conf', './var/cache/apt/archives/*.deb'];
    await packFolder(folder, `${TAR}.part`, ['.'], left);
    await rename(`${TAR}.part`, TAR);
  });
  return TAR;
}

/** Packs members of a folder, so that the same files give the same bytes. */
export async function packFolder(folder: string, tar: string, members: string[], leave: string[] = []): Promise<void> {
  const excluded = leave.map((pattern) => `--exclude=${pattern}`);
  await run('tar', ['-C', folder, '--sort=name', '--numeric-owner', '--mtime=@0', ...excluded, '-cf', tar, ...members]);
}

/** Unpacks with owners and modes, so it needs root. */
export async function unpack(tar: string, folder: string): Promise<void> {
  await run('tar', ['-C', folder, '--numeric-owner', '--preserve-permissions', '-xf', tar]);
}

/** A hash over path, type, mode, owner, link target and content of everything below a folder. */
export function fingerprint(root: string): string {
  const hash = createHash('sha256');
  for (const path of pathsBelow(root, '')) hash.update(`${JSON.stringify(entry(root, path))}\n`);
  return hash.digest('hex');
}

function* pathsBelow(root: string, folder: string): Generator<string> {
  const names = readdirSync(join(root, folder)).sort();
  for (const name of names) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (OF_THE_ENGINE.has(path)) continue;
    yield path;
    if (lstatSync(join(root, path)).isDirectory()) yield* pathsBelow(root, path);
  }
}

function entry(root: string, path: string): unknown[] {
  const stats = lstatSync(join(root, path));
  return [path, stats.mode, stats.uid, stats.gid, content(join(root, path), stats)];
}

function content(path: string, stats: Stats): string {
  if (stats.isSymbolicLink()) return readlinkSync(path);
  if (stats.isFile()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  return '';
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
