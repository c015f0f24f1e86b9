import { Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { CatalogController } from './catalog.controller.js';
import { CatalogService } from './catalog.service.js';

@Module({
  imports: [HttpModule, StorageDriverModule],
  controllers: [CatalogController],
  providers: [CatalogService],
  exports: [CatalogService],
})
export class CatalogModule {}
