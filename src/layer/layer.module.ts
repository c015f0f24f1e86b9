import { Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { LayerController } from './layer.controller.js';
import { LayerService } from './layer.service.js';
import { Redirects } from './redirects.js';
import { Sendfile } from './sendfile.js';
import { UploadController } from './upload.controller.js';
import { UploadPurge } from './upload-purge.js';

@Module({
  imports: [HttpModule, StorageDriverModule],
  // Uploads first: `uploads` would otherwise be read as a digest.
  controllers: [UploadController, LayerController],
  providers: [LayerService, Redirects, Sendfile, UploadPurge],
  exports: [LayerService, UploadPurge],
})
export class LayerModule {}
