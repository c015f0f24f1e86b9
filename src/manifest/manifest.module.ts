import { Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { LayerModule } from '../layer/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { ManifestController } from './manifest.controller.js';
import { ManifestService } from './manifest.service.js';
import { ManifestNegotiator } from './manifest-negotiator.js';
import { ManifestStore } from './manifest-store.js';
import { ManifestVerifier } from './manifest-verifier.js';
import { ReferrersController } from './referrers.controller.js';
import { ReferrersService } from './referrers.service.js';
import { RepositoryLock } from './repository-lock.js';
import { Schema1Converter, Schema1Printer, Schema1Verifier, SignatureStore, SigningKey } from './schema1/index.js';
import { TagController } from './tag.controller.js';
import { TagService } from './tag.service.js';
import { TagChanges } from './tag-changes.js';

@Module({
  imports: [HttpModule, LayerModule, StorageDriverModule],
  controllers: [ManifestController, TagController, ReferrersController],
  providers: [
    ManifestNegotiator,
    ManifestService,
    ManifestStore,
    ManifestVerifier,
    ReferrersService,
    RepositoryLock,
    Schema1Converter,
    Schema1Printer,
    Schema1Verifier,
    SignatureStore,
    SigningKey,
    TagChanges,
    TagService,
  ],
  exports: [ManifestService, ReferrersService, TagService],
})
export class ManifestModule {}
