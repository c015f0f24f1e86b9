export { BaseModule } from './base.module.js';
