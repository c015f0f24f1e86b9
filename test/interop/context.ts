import type { Buildah } from './clients/buildah.ts';
import type { Client } from './clients/client.ts';
import type { Cosign } from './clients/cosign.ts';
import type { Crane } from './clients/crane.ts';
import type { Docker } from './clients/docker.ts';
import type { Oras } from './clients/oras.ts';
import type { Regctl } from './clients/regctl.ts';
import type { Skopeo } from './clients/skopeo.ts';
import type { SourceImages } from './images.ts';
import type { RegistryReader, RunningRegistry } from './registry.ts';
import type { Report } from './report.ts';
import type { Workspace } from './workspace.ts';

/** What every group of checks works with. */
export interface Context {
  readonly report: Report;
  readonly workspace: Workspace;
  readonly images: SourceImages;
  readonly registry: RunningRegistry;
  readonly reader: RegistryReader;
  readonly clients: Clients;
}

export interface Clients {
  readonly docker: Docker;
  readonly skopeo: Skopeo;
  readonly buildah: Buildah;
  readonly crane: Crane;
  readonly oras: Oras;
  readonly regctl: Regctl;
  readonly cosign: Cosign;
}

/** The clients that push and pull images. */
export function imageClients({ docker, skopeo, buildah, crane, oras, regctl }: Clients): readonly Client[] {
  return [docker, skopeo, buildah, crane, oras, regctl];
}
