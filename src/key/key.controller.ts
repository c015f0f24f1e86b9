import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Principal } from '#libs/access';
import { OciError } from '#libs/oci';
import { Access, PrincipalOf } from '../auth/index.js';
import { LocationBuilder, linkToNext, readJson, readPage, sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeCreateKey, DescribeListKeys, DescribeRevokeKey } from './key.openapi.js';
import { NewKey } from './key-request.js';
import { KeyStore } from './key-store.js';

const PATH = '/api/v1/keys';
/** A page is this long when the client does not say, and never longer. */
const MAX_PAGE = 1_000;
/** Bytes. */
const LARGEST_BODY = 64 * 1024;

@DescribedUnder('keys')
@Controller('api/v1/keys')
export class KeyController {
  constructor(
    private readonly keys: KeyStore,
    private readonly locations: LocationBuilder,
  ) {}

  /** Makes an API key */
  @Post()
  @HttpCode(201)
  @Access({ action: 'administer' })
  @DescribeCreateKey()
  async createKey(
    @PrincipalOf() principal: Principal,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const key = await this.keys.create(await readJson(request, NewKey, LARGEST_BODY), principal.name);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Location', this.locations.to(request, `${PATH}/${key.id}`));
    sendJson(response, key);
  }

  /** Lists the API keys, without their secrets */
  @Get()
  @Access({ action: 'administer' })
  @DescribeListKeys()
  async listKeys(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { limit = MAX_PAGE, last } = readPage(request);
    const n = Math.min(limit, MAX_PAGE);
    const { keys, hasMore } = await this.keys.list(n, last);
    const lastId = keys.at(-1)?.id;
    if (hasMore && lastId !== undefined) {
      response.set('Link', linkToNext(this.locations.pathTo(request, PATH), { last: lastId, n }));
    }
    sendJson(response, { keys });
  }

  /** Revokes an API key */
  @Delete(':id')
  @HttpCode(204)
  @Access({ action: 'administer' })
  @DescribeRevokeKey()
  async revokeKey(@Param('id') id: string): Promise<void> {
    if (!(await this.keys.revoke(id))) throw new OciError('NAME_UNKNOWN', { id }, { message: 'no such key' });
  }
}
