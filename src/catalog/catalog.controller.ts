import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access, AccessDecisions } from '../auth/index.js';
import { LocationBuilder, linkToNext, readPage, sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeListRepositories } from './catalog.openapi.js';
import { CatalogService } from './catalog.service.js';

/** A page is this long when the client does not say, and never longer. */
const MAX_PAGE = 1_000;

@DescribedUnder('catalog')
@Controller('v2/_catalog')
export class CatalogController {
  constructor(
    private readonly catalog: CatalogService,
    private readonly locations: LocationBuilder,
    private readonly access: AccessDecisions,
  ) {}

  /** Lists the repositories that may be pulled from, component by component in byte order */
  @Get()
  @Access({ action: 'catalog' })
  @DescribeListRepositories()
  async listRepositories(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { limit = MAX_PAGE, last } = readPage(request);
    const n = Math.min(limit, MAX_PAGE);
    const { repositories, hasMore } = await this.catalog.list(n, last, this.access.readableBy(request));
    const lastName = repositories.at(-1);
    if (hasMore && lastName !== undefined) {
      response.set('Link', linkToNext(this.locations.pathTo(request, '/v2/_catalog'), { last: lastName, n }));
    }
    sendJson(response, { repositories });
  }
}
