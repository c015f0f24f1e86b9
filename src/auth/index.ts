export { Access, type RequiredAccess } from './access.decorator.js';
export { AuthGuard } from './auth.guard.js';
export { AuthModule } from './auth.module.js';
export { type AccessRequest, type Action, Authorizer } from './authorizer.js';
export { LoopbackAuthorizer } from './loopback-authorizer.js';
