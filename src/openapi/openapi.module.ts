import { Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { OpenApiController } from './openapi.controller.js';
import { OpenApiDocument } from './openapi-document.js';

@Module({ imports: [HttpModule], controllers: [OpenApiController], providers: [OpenApiDocument] })
export class OpenApiModule {}
