import { Controller, Delete, Get, Head, HttpCode, Req, Res } from '@nestjs/common';
import type { Request } from 'express';
import type { Digest } from '#libs/oci';
import { Access } from '../auth/index.js';
import { PathDigest, type RegistryResponse, RepositoryName } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeDeleteBlob, DescribeGetBlob, DescribeHeadBlob } from './layer.openapi.js';
import { LayerService } from './layer.service.js';
import { Redirects } from './redirects.js';
import { type Senders, sendLayer } from './send-layer.js';
import { Sendfile } from './sendfile.js';

@DescribedUnder('blobs')
@Controller('v2/*name/blobs')
export class LayerController {
  private readonly senders: Senders;

  constructor(
    private readonly layers: LayerService,
    sendfile: Sendfile,
    redirects: Redirects,
  ) {
    this.senders = { sendfile, redirects };
  }

  /** Tells whether a repository has a blob, and its size */
  @Head(':digest')
  @Access({ action: 'pull' })
  @DescribeHeadBlob()
  async headBlob(
    @RepositoryName() name: string,
    @PathDigest() digest: Digest,
    @Req() request: Request,
    @Res() response: RegistryResponse,
  ): Promise<void> {
    await sendLayer(await this.layers.fetch(name, digest), request, response, this.senders);
  }

  /** Sends a blob, whole or in part */
  @Get(':digest')
  @Access({ action: 'pull' })
  @DescribeGetBlob()
  async getBlob(
    @RepositoryName() name: string,
    @PathDigest() digest: Digest,
    @Req() request: Request,
    @Res() response: RegistryResponse,
  ): Promise<void> {
    await sendLayer(await this.layers.fetch(name, digest), request, response, this.senders);
  }

  /** Takes a blob out of a repository */
  @Delete(':digest')
  @HttpCode(202)
  @Access({ action: 'delete' })
  @DescribeDeleteBlob()
  async deleteBlob(@RepositoryName() name: string, @PathDigest() digest: Digest): Promise<void> {
    await this.layers.delete(name, digest);
  }
}
