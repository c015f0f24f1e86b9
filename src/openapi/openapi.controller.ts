import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { OciError } from '#libs/oci';
import { Access } from '../auth/index.js';
import { LocationBuilder } from '../http/index.js';
import { DescribedUnder } from './describe-operation.js';
import { docsPage, PAGE_POLICY, PAGE_SCRIPT, swaggerUiFolder } from './docs-page.js';
import { DescribeGetDocs, DescribeGetDocsFile, DescribeGetOpenApi, UI_FILES } from './openapi.openapi.js';
import { OpenApiDocument } from './openapi-document.js';

/** Describes the API, to programs and to people. */
@DescribedUnder('documentation')
@Controller()
export class OpenApiController {
  constructor(
    private readonly document: OpenApiDocument,
    private readonly locations: LocationBuilder,
  ) {}

  @Get('openapi.json')
  @Access({ action: 'public' })
  @DescribeGetOpenApi()
  async getOpenApi(@Res() response: Response): Promise<void> {
    send(response, 'application/json', await this.document.toJson());
  }

  @Get('docs')
  @Access({ action: 'public' })
  @DescribeGetDocs()
  getDocs(@Req() request: Request, @Res() response: Response): void {
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    send(response, 'text/html; charset=utf-8', Buffer.from(docsPage(this.locations.pathTo(request, '/docs'))));
  }

  @Get('docs/:file')
  @Access({ action: 'public' })
  @DescribeGetDocsFile()
  getDocsFile(@Param('file') file: string, @Res() response: Response): void {
    if (file === 'page.js') {
      send(response, 'text/javascript; charset=utf-8', Buffer.from(PAGE_SCRIPT));
      return;
    }
    if (!UI_FILES.includes(file)) {
      throw new OciError('UNSUPPORTED', undefined, { status: 404, message: 'no such file' });
    }
    response.sendFile(file, { root: swaggerUiFolder() });
  }
}

function send(response: Response, mediaType: string, body: Buffer): void {
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}
