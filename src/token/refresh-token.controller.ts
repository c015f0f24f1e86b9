import { Controller, Delete, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access } from '../auth/index.js';
import { queryText, sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { RefreshTokens } from './refresh-tokens.js';
import { DescribeRevokeRefreshTokens } from './token.openapi.js';
import { invalid } from './token-request.js';

@DescribedUnder('tokens')
@Controller('api/v1/refresh-tokens')
export class RefreshTokenController {
  constructor(private readonly tokens: RefreshTokens) {}

  /** Ends all refresh tokens of a user, whose account is closed for instance */
  @Delete()
  @Access({ action: 'administer' })
  @DescribeRevokeRefreshTokens()
  async revokeRefreshTokens(@Req() request: Request, @Res() response: Response): Promise<void> {
    const user = queryText(request, 'user');
    if (user === undefined) throw invalid('user is missing');
    sendJson(response, { revoked: await this.tokens.revokeAll(user) });
  }
}
