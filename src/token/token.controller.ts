import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access } from '../auth/index.js';
import { sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { RefreshTokens } from './refresh-tokens.js';
import { DescribeGetToken, DescribePostToken, DescribeRevokeToken } from './token.openapi.js';
import { TokenService } from './token.service.js';
import { readRevocation, readTokenForm, readTokenQuery, type TokenRequest } from './token-request.js';

@DescribedUnder('tokens')
@Controller('token')
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly refreshTokens: RefreshTokens,
  ) {}

  /** Issues a token to who shows a password, or to anybody for what is public */
  @Get()
  @Access({ action: 'public' })
  @DescribeGetToken()
  async getToken(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.tokens.requireEnabled();
    await this.send(request, response, readTokenQuery(request));
  }

  /** Issues a token in the way of OAuth 2 */
  @Post()
  @HttpCode(200)
  @Access({ action: 'public' })
  @DescribePostToken()
  async postToken(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.tokens.requireEnabled();
    await this.send(request, response, await readTokenForm(request));
  }

  /** Ends a refresh token */
  @Post('revoke')
  @HttpCode(200)
  @Access({ action: 'public' })
  @DescribeRevokeToken()
  async revokeToken(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.tokens.requireEnabled();
    await this.refreshTokens.revoke(await readRevocation(request));
    sendJson(response, {});
  }

  private async send(request: Request, response: Response, wanted: TokenRequest): Promise<void> {
    const answer = await this.tokens.answer(request, wanted);
    // RFC 6749, section 5.1.
    response.setHeader('Cache-Control', 'no-store');
    sendJson(response, answer);
  }
}
