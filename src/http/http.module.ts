import { Module } from '@nestjs/common';
import { LocationBuilder } from './location.js';

@Module({ providers: [LocationBuilder], exports: [LocationBuilder] })
export class HttpModule {}
