import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Access } from '../auth/index.js';
import { sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { IssuedTokens } from './issued-tokens.js';
import { DescribeGetKeySet } from './token.openapi.js';
import { TokenService } from './token.service.js';

/** Seconds: much less than a key is published before it signs. */
const MAX_AGE = 300;

@DescribedUnder('tokens')
@Controller('.well-known/jwks.json')
export class KeySetController {
  constructor(
    private readonly tokens: TokenService,
    private readonly issued: IssuedTokens,
  ) {}

  /** Shows the public keys that tokens are signed with */
  @Get()
  @Access({ action: 'public' })
  @DescribeGetKeySet()
  async getKeySet(@Res() response: Response): Promise<void> {
    this.tokens.requireEnabled();
    const keySet = await this.issued.keySet();
    response.setHeader('Cache-Control', `public, max-age=${MAX_AGE}`);
    sendJson(response, keySet, 'application/jwk-set+json');
  }
}
