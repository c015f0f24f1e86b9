import { join } from 'node:path';
import { bundle } from './bundle.ts';

const DIST = join(import.meta.dirname, '../dist');

await bundle({ entry: join(DIST, 'src/main.js'), target: join(DIST, 'server') });
