export { Limits } from './limits.js';
