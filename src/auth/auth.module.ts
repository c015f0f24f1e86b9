import { Module } from '@nestjs/common';
import { Authorizer } from './authorizer.js';
import { LoopbackAuthorizer } from './loopback-authorizer.js';

@Module({
  providers: [{ provide: Authorizer, useClass: LoopbackAuthorizer }],
  exports: [Authorizer],
})
export class AuthModule {}
