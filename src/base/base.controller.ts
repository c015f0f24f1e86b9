import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Access } from '../auth/index.js';
import { sendJson } from '../http/index.js';
import { DescribeGetBase } from './base.openapi.js';

@ApiTags('base')
@Controller('v2')
export class BaseController {
  /** Tells that this is a registry that speaks the distribution API */
  @Get()
  @Access({ action: 'public' })
  @DescribeGetBase()
  getBase(@Res() response: Response): void {
    sendJson(response, {});
  }
}
