export { accessLog } from './access-log.js';
export { createLogger } from './create-logger.js';
export { LogModule } from './log.module.js';
export { Logger } from './logger.js';
export { NestLogger } from './nest-logger.js';
