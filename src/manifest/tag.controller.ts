import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access } from '../auth/index.js';
import { LocationBuilder, linkToNext, RepositoryName, readPage, sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeListTags } from './tag.openapi.js';
import { TagService } from './tag.service.js';

@DescribedUnder('tags')
@Controller('v2/*name/tags')
export class TagController {
  constructor(
    private readonly tags: TagService,
    private readonly locations: LocationBuilder,
  ) {}

  /** Lists the tags of a repository in byte order */
  @Get('list')
  @Access({ action: 'pull' })
  @DescribeListTags()
  async listTags(@RepositoryName() name: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { limit, last } = readPage(request);
    const { tags, hasMore } = await this.tags.list(name, last, limit);
    const lastTag = tags.at(-1);
    if (hasMore && limit !== undefined && lastTag !== undefined) {
      const path = this.locations.pathTo(request, `/v2/${name}/tags/list`);
      response.set('Link', linkToNext(path, { last: lastTag, n: limit }));
    }
    sendJson(response, { name, tags });
  }
}
