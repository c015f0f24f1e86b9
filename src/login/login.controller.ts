import { Controller, Get, Logger, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Access } from '../auth/index.js';
import { Describe, LocationBuilder } from '../http/index.js';
import { IdentityProvider, LoginRefusedError } from './identity-provider.js';
import { LoginCookie } from './login-cookie.js';
import { LoginKeys } from './login-keys.js';
import { sendRefusal, sendWelcome } from './login-page.js';

/** Pages for people, which are no part of the API. */
@Describe(({ ApiExcludeController }) => ApiExcludeController())
@Controller('auth')
export class LoginController {
  private readonly logger = new Logger(LoginController.name);

  constructor(
    private readonly provider: IdentityProvider,
    private readonly cookie: LoginCookie,
    private readonly keys: LoginKeys,
    private readonly location: LocationBuilder,
  ) {}

  /** Sends the browser to the provider */
  @Get('login')
  @Access({ action: 'public' })
  async login(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { url, login } = await this.provider.start(this.location.urlTo(request, '/auth/callback'));
    await this.cookie.set(request, response, login);
    response.setHeader('Cache-Control', 'no-store');
    response.redirect(303, url.href);
  }

  /** Takes the browser back from the provider, and shows a password for clients */
  @Get('callback')
  @Access({ action: 'public' })
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    const url = new URL(this.location.urlTo(request, '/auth/callback'));
    url.search = new URL(request.originalUrl, url).search;
    try {
      const login = await this.cookie.take(request, response);
      if (!login) throw new LoginRefusedError('it took too long, or was begun in another browser');
      const person = await this.provider.finish(url, login);
      const { text, expiresAt } = await this.keys.create(person);
      sendWelcome(response, { name: person.name, password: text, expiresAt, host: url.host });
    } catch (error) {
      if (!(error instanceof LoginRefusedError)) throw error;
      this.logger.warn(error);
      sendRefusal(response, error.message, this.location.pathTo(request, '/auth/login'));
    }
  }
}
