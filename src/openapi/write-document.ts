import { writeFile } from 'node:fs/promises';
import { createRegistryConfig } from '../config/index.js';
import { createApp } from '../create-app.js';
import { createLogger } from '../log/index.js';
import { buildOpenApiDocument } from './document.js';

// Writes the OpenAPI document of the registry to the file named on the command line. Nothing listens, nothing is stored.
const [target = 'openapi.json'] = process.argv.slice(2);
const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'error' } });
const app = await createApp(config, createLogger(config.log));
await writeFile(target, `${JSON.stringify(buildOpenApiDocument(app), null, 2)}\n`);
await app.close();
