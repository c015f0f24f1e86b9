export { TokenModule } from './token.module.js';
