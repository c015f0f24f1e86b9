import { copyFile, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Descriptor, LayoutWriter, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, type Platform } from './oci-layout.ts';
import { debianRootFilesystem, fingerprint, packFolder, unpack } from './root-filesystem.ts';
import type { Workspace } from './workspace.ts';

/** An image that clients push: an OCI image layout with one tag, and what must come back. */
export interface SourceImage {
  readonly layout: string;
  readonly tag: string;
  readonly digest: string;
  readonly configDigest: string;
  /** Digests of the layers as they are sent. */
  readonly layers: readonly string[];
  /** Digests of the layers uncompressed. */
  readonly diffIds: readonly string[];
  /** Fingerprint of the unpacked filesystem; only the large image has one. */
  readonly rootfs?: string;
}

/** An index in an OCI image layout with its platforms' images. */
export interface SourceIndex {
  readonly layout: string;
  readonly tag: string;
  readonly digest: string;
  readonly images: readonly (SourceImage & { readonly platform: Platform })[];
}

/** Everything that the checks push. */
export interface SourceImages {
  readonly large: SourceImage;
  readonly small: SourceImage;
  /** Its only layer is an uncompressed tar of more than 64 MiB. */
  readonly flat: SourceImage;
  readonly index: SourceIndex;
}

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;
const OTHER_ARCHITECTURE = ARCHITECTURE === 'amd64' ? 'arm64' : 'amd64';
const TAG = 'v1';

/** The platform of this machine, and another one. */
export const NATIVE: Platform = { os: 'linux', architecture: ARCHITECTURE };
export const FOREIGN: Platform = { os: 'linux', architecture: OTHER_ARCHITECTURE };

export async function makeImages(workspace: Workspace): Promise<SourceImages> {
  const rootfs = await debianRootFilesystem(workspace);
  return {
    large: await largeImage(workspace, rootfs),
    small: await smallImage(workspace, 'small'),
    flat: await flatImage(workspace, rootfs),
    index: await multiPlatformIndex(workspace),
  };
}

/** An image of one small layer; another `text` gives other digests. */
export async function smallImage(workspace: Workspace, text: string, platform = NATIVE): Promise<SourceImage> {
  const writer = new LayoutWriter(await workspace.folder('small'));
  return finishImage(writer, [await textLayer(workspace, writer, text)], platform);
}

/** A root filesystem in two layers; the third changes, links and removes files. */
async function largeImage(workspace: Workspace, rootfs: string): Promise<SourceImage> {
  const writer = new LayoutWriter(await workspace.folder('large'));
  return workspace.within('rootfs', async (folder) => {
    const tars = await workspace.folder('tars');
    const [base, share, changes] = ['base.tar', 'share.tar', 'changes.tar'].map((name) => join(tars, name)) as [
      string,
      string,
      string,
    ];
    await unpack(rootfs, folder);
    await packFolder(folder, base, ['.'], ['./usr/share']);
    await packFolder(folder, share, ['./usr/share']);
    await workspace.within('changes', (changed) => packChanges(changed, changes));
    await applyChanges(folder);
    const layers = [await writer.addLayer(base), await writer.addLayer(share), await writer.addLayer(changes)];
    return { ...(await finishImage(writer, layers, NATIVE)), rootfs: fingerprint(folder) };
  });
}

async function flatImage(workspace: Workspace, rootfs: string): Promise<SourceImage> {
  const writer = new LayoutWriter(await workspace.folder('flat'));
  const tar = join(writer.folder, 'rootfs.tar');
  await copyFile(rootfs, tar);
  return finishImage(writer, [await writer.addLayer(tar, false)], NATIVE);
}

async function multiPlatformIndex(workspace: Workspace): Promise<SourceIndex> {
  const writer = new LayoutWriter(await workspace.folder('index'));
  const images: (SourceImage & { readonly platform: Platform })[] = [];
  const manifests: Descriptor[] = [];
  for (const platform of [NATIVE, FOREIGN]) {
    const layer = await textLayer(workspace, writer, `for ${platform.architecture}`);
    const { descriptor, image } = await addImage(writer, [layer], platform);
    images.push({ ...image, platform });
    manifests.push({ ...descriptor, platform });
  }
  const root = await writer.addJson(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests });
  await writer.finish(root, TAG);
  return { layout: writer.folder, tag: TAG, digest: root.digest, images };
}

type Layer = Awaited<ReturnType<LayoutWriter['addLayer']>>;

async function textLayer(workspace: Workspace, writer: LayoutWriter, text: string): Promise<Layer> {
  return workspace.within('text', async (folder) => {
    await mkdir(join(folder, 'content'));
    await writeFile(join(folder, 'content/text'), `${text}\n`);
    await packFolder(folder, join(folder, 'layer.tar'), ['content']);
    return writer.addLayer(join(folder, 'layer.tar'));
  });
}

async function finishImage(writer: LayoutWriter, layers: Layer[], platform: Platform): Promise<SourceImage> {
  const { descriptor, image } = await addImage(writer, layers, platform);
  await writer.finish({ ...descriptor, platform }, TAG);
  return image;
}

async function addImage(
  writer: LayoutWriter,
  layers: Layer[],
  platform: Platform,
): Promise<{ descriptor: Descriptor; image: SourceImage }> {
  const diffIds = layers.map((layer) => layer.diffId);
  const config = await writer.addJson(OCI_CONFIG, {
    ...platform,
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: layers.map(() => ({ created_by: 'test' })),
  });
  const descriptor = await writer.addJson(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config,
    layers: layers.map((layer) => layer.descriptor),
  });
  const image = {
    layout: writer.folder,
    tag: TAG,
    digest: descriptor.digest,
    configDigest: config.digest,
    layers: layers.map((layer) => layer.descriptor.digest),
    diffIds,
  };
  return { descriptor, image };
}

/** The third layer: a changed file, new files of every kind, and the removal of a folder. */
async function packChanges(folder: string, tar: string): Promise<void> {
  await mkdir(join(folder, 'etc'), { recursive: true });
  await mkdir(join(folder, 'usr/share'), { recursive: true });
  await writeChanges(folder);
  await writeFile(join(folder, 'usr/share/.wh.doc'), '');
  await packFolder(folder, tar, ['etc/motd', 'opt/stowage', 'usr/share/.wh.doc']);
}

/** The same changes made directly, without whiteouts. */
async function applyChanges(folder: string): Promise<void> {
  await rm(join(folder, 'usr/share/doc'), { recursive: true });
  await rm(join(folder, 'etc/motd'), { force: true });
  await writeChanges(folder);
}

async function writeChanges(folder: string): Promise<void> {
  const own = join(folder, 'opt/stowage');
  await mkdir(own, { recursive: true });
  await writeFile(join(folder, 'etc/motd'), 'Changed by the third layer.\n');
  await writeFile(join(own, 'naïve name.txt'), 'text\n', { mode: 0o640 });
  await writeFile(join(own, 'empty'), '');
  await link(join(own, 'naïve name.txt'), join(own, 'hard link'));
  await symlink('../../etc/motd', join(own, 'symbolic link'));
}
