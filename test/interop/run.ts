/**
 * Pushes and pulls with real clients against the built server. Needs root on Debian 12, and Go.
 *
 *     node test/interop/run.ts [--server=distribution | --only=logins]
 *
 * With the first option the checks run against Debian's docker-registry instead, and those of the layout are left out.
 * With the second, only those of logins run.
 */
import { parseArgs } from 'node:util';
import { checkArtifacts } from './checks/artifacts.ts';
import { checkBuilds } from './checks/builds.ts';
import { checkForeignRoot, checkOurRoot } from './checks/layout.ts';
import { checkLogins } from './checks/logins.ts';
import { checkPlatforms } from './checks/platforms.ts';
import { checkProxies } from './checks/proxies.ts';
import { checkSchema1 } from './checks/schema1.ts';
import { checkSignatures } from './checks/signatures.ts';
import { checkTags } from './checks/tags.ts';
import { checkTransfers } from './checks/transfers.ts';
import { checkUploads } from './checks/uploads.ts';
import { Docker } from './clients/docker.ts';
import { startClients } from './clients/index.ts';
import { killRunning } from './command.ts';
import type { Context } from './context.ts';
import { startDistribution } from './distribution.ts';
import { makeImages } from './images.ts';
import { installGoClients, installPackages } from './install.ts';
import { RegistryReader } from './registry.ts';
import { Report } from './report.ts';
import { debianRootFilesystem } from './root-filesystem.ts';
import { takeSnapshot } from './snapshot.ts';
import { startStowage } from './stowage.ts';
import { Workspace } from './workspace.ts';

const CHECKS = [checkTransfers, checkBuilds, checkPlatforms, checkArtifacts, checkSignatures, checkUploads, checkTags];

const { values } = parseArgs({ options: { server: { type: 'string', default: 'stowage' }, only: { type: 'string' } } });
const againstDistribution = values.server === 'distribution';

const report = new Report();
const workspace = await Workspace.create();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killRunning();
    void workspace.close().finally(() => process.exit(1));
  });
}
await report.group(
  'the clients, the images and the server are ready, and no check breaks off',
  values.only === 'logins' ? runLogins : runAll,
);
await report.group('everything is stopped and removed', () => workspace.close());
process.exitCode = report.finish() ? 0 : 1;

async function runAll(): Promise<void> {
  await installPackages();
  await Promise.all([installGoClients(), debianRootFilesystem(workspace)]);
  const images = await makeImages(workspace);
  const root = await workspace.folder('root');
  const registry = await (againstDistribution ? startDistribution(workspace, root) : startStowage(root));
  workspace.onClose(() => registry.stop());
  const clients = await startClients(workspace, registry.host);
  const reader = new RegistryReader(registry.host);
  const context: Context = { report, workspace, images, registry, reader, clients };
  for (const check of CHECKS) await report.group(check.name, () => check(context));
  if (againstDistribution) return;
  const snapshot = await takeSnapshot(reader);
  await registry.stop();
  await report.group(checkOurRoot.name, () => checkOurRoot(context, root, snapshot));
  await report.group(checkForeignRoot.name, () => checkForeignRoot(context));
  await report.group(checkSchema1.name, () => checkSchema1(context));
  await report.group(checkProxies.name, () => checkProxies(context));
  await report.group(checkLogins.name, () => checkLogins(report, workspace, clients.docker));
}

async function runLogins(): Promise<void> {
  await installPackages();
  await installGoClients();
  await checkLogins(report, workspace, await Docker.create(workspace));
}
