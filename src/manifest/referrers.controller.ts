import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Digest, MediaType } from '#libs/oci';
import { Access } from '../auth/index.js';
import {
  LocationBuilder,
  linkToNext,
  PathDigest,
  queryText,
  RepositoryName,
  readPage,
  sendJson,
} from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeListReferrers } from './referrers.openapi.js';
import { ReferrersService, referrersIndex } from './referrers.service.js';

@DescribedUnder('referrers')
@Controller('v2/*name/referrers')
export class ReferrersController {
  constructor(
    private readonly referrers: ReferrersService,
    private readonly locations: LocationBuilder,
  ) {}

  /** Lists the manifests that name this one as their subject */
  @Get(':digest')
  @Access({ action: 'pull' })
  @DescribeListReferrers()
  async listReferrers(
    @RepositoryName() name: string,
    @PathDigest() digest: Digest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const page = readPage(request);
    const artifactType = queryText(request, 'artifactType');
    const filter = artifactType === undefined ? {} : { artifactType };
    const { manifests, hasMore } = await this.referrers.list(name, digest, { ...page, ...filter });
    if (artifactType !== undefined) response.set('OCI-Filters-Applied', 'artifactType');
    const lastReferrer = manifests.at(-1);
    if (hasMore && lastReferrer) {
      const path = this.locations.pathTo(request, `/v2/${name}/referrers/${digest}`);
      const n = page.limit === undefined ? {} : { n: page.limit };
      response.set('Link', linkToNext(path, { ...filter, last: lastReferrer.digest, ...n }));
    }
    sendJson(response, referrersIndex(manifests), MediaType.ociIndex);
  }
}
