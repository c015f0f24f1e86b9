import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Access } from '../auth/index.js';
import { sendJson } from '../http/index.js';
import { DescribedUnder } from '../openapi/index.js';
import { DescribeGetHealth } from './health.openapi.js';

@DescribedUnder('health')
@Controller()
export class HealthController {
  /** Tells that the process is alive */
  @Get('healthz')
  @Access({ action: 'public' })
  @DescribeGetHealth()
  getHealth(@Res() response: Response): void {
    sendJson(response, { status: 'ok' });
  }
}
