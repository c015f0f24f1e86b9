import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Access } from '../auth/index.js';
import { sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeGetBase } from './base.openapi.js';

@DescribedUnder('base')
@Controller('v2')
export class BaseController {
  /** Tells that this is a registry that speaks the distribution API */
  @Get()
  @Access({ action: 'authenticated' })
  @DescribeGetBase()
  getBase(@Res() response: Response): void {
    sendJson(response, {});
  }
}
