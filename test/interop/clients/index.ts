import type { Clients } from '../context.ts';
import type { Workspace } from '../workspace.ts';
import { Buildah } from './buildah.ts';
import { Cosign } from './cosign.ts';
import { Crane } from './crane.ts';
import { Docker } from './docker.ts';
import { Oras } from './oras.ts';
import { Regctl } from './regctl.ts';
import { Skopeo } from './skopeo.ts';

/** Makes every client ready for a registry on plain HTTP and prints its version. */
export async function startClients(workspace: Workspace, host: string): Promise<Clients> {
  const clients = {
    docker: await Docker.create(workspace),
    skopeo: await Skopeo.create(workspace),
    buildah: await Buildah.create(workspace),
    crane: await Crane.create(workspace),
    oras: await Oras.create(workspace),
    regctl: await Regctl.create(workspace, host),
    cosign: await Cosign.create(workspace),
  };
  for (const [name, client] of Object.entries(clients)) console.log(`${name} ${await client.version()}`);
  return clients;
}
