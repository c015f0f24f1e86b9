export { KeyModule } from './key.module.js';
