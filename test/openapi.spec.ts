import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject, OperationObject, ResponseObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createRegistryConfig } from '../src/config/index.js';
import { createApp } from '../src/create-app.js';
import { createLogger } from '../src/log/index.js';
import { buildOpenApiDocument } from '../src/openapi/document.js';

interface Operation extends OperationObject {
  readonly route: string;
  readonly responses: Record<string, ResponseObject>;
}

interface RouteLayer {
  readonly route?: { readonly path: string; readonly methods: object };
}

const ROOT = join(import.meta.dirname, '..');
const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'];

describe('the OpenAPI document', () => {
  let app: NestExpressApplication;
  let document: OpenAPIObject;
  let operations: Operation[];

  beforeAll(async () => {
    const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'error' } });
    app = await createApp(config, createLogger(config.log));
    await app.init();
    document = JSON.parse(JSON.stringify(buildOpenApiDocument(app)));
    operations = operationsOf(document);
  });
  afterAll(() => app.close());

  it('is checked in as it is built (otherwise: npm run openapi)', async () => {
    const checkedIn = await readFile(join(ROOT, 'openapi.json'), 'utf8');
    expect(JSON.parse(checkedIn)).toEqual(document);
  });

  it('keeps to the schema of OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate({ ...document });
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('has every component that it refers to', () => {
    const references = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g));
    expect(references.size).toBeGreaterThan(20);
    expect([...references].filter((reference) => lookUp(document, reference) === undefined)).toEqual([]);
  });

  it('has an operation for every route, and no other', () => {
    expect(operations.map(({ route }) => route).sort()).toEqual(routesOf(app).sort());
  });

  it('gives each operation an id of its own', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toEqual(ids.filter((id, index) => id && ids.indexOf(id) === index));
  });

  it('gives each operation a summary, and one tag that is explained', () => {
    const explained = new Set(document.tags?.filter(({ description }) => description).map(({ name }) => name));
    const unclear = operations.filter(
      ({ summary, tags }) => !summary || tags?.length !== 1 || !explained.has(tags[0] ?? ''),
    );
    expect(unclear.map(({ route }) => route)).toEqual([]);
  });

  it('gives each operation examples', () => {
    const without = operations.filter((operation) => !/"examples?":/.test(JSON.stringify(operation)));
    expect(without.map(({ route }) => route)).toEqual([]);
  });

  it('gives each operation an answer to what goes well, and one to what goes wrong', () => {
    const poor = operations.filter(({ responses }) => {
      const statuses = Object.keys(responses).map(Number);
      return !statuses.some((status) => status < 300) || !statuses.some((status) => status >= 400);
    });
    expect(poor.map(({ route }) => route)).toEqual([]);
  });

  it('describes each answer', () => {
    const vague = operations.filter(({ responses }) =>
      Object.values(responses).some(({ description }) => !description),
    );
    expect(vague.map(({ route }) => route)).toEqual([]);
  });

  it('shows an example with its code for each error, but none for a HEAD, which has no body', () => {
    const poor = operations.flatMap(({ route, responses }) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400)
        .filter(([, response]) => (route.startsWith('head ') ? response.content : !hasErrorExamples(response)))
        .map(([status]) => `${status} of ${route}`),
    );
    expect(poor).toEqual([]);
  });

  it('describes every part of a path', () => {
    const poor = operations.filter(({ route, parameters }) => {
      const named = (parameters ?? []).flatMap((one) => ('in' in one && one.in === 'path' ? [one.name] : []));
      return [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).join() !== named.join();
    });
    expect(poor.map(({ route }) => route)).toEqual([]);
  });
});

describe('the generated client', () => {
  it('is checked in as it is generated from that document (otherwise: npm run client)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-client-'));
    try {
      await generateClient(folder);
      const generated = await filesOf(folder);
      expect(generated.size).toBeGreaterThan(10);
      expect(await filesOf(join(ROOT, 'libs/client/src/generated'))).toEqual(generated);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});

/** Generates the client as `npm run client` does, but into another folder. */
async function generateClient(folder: string): Promise<void> {
  const script = `
    import { createClient } from '@hey-api/openapi-ts';
    import config from './openapi-ts.config.ts';
    const { output, ...others } = await config;
    await createClient({ ...others, output: { ...output, path: process.argv[1] }, logs: { level: 'silent' } });`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, folder], { cwd: ROOT });
}

/** The content of every file below a folder, by its path there. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = paths
    .sort()
    .map(async (path): Promise<[string, string]> => [relative(folder, path), await readFile(path, 'utf8')]);
  return new Map(await Promise.all(files));
}

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ ...(operation as Operation), route: `${method} ${path}` })),
  );
}

/** What the router of Express holds, in the form of OpenAPI. */
function routesOf(app: NestExpressApplication): string[] {
  const layers = app.getHttpAdapter().getInstance().router.stack as unknown as RouteLayer[];
  return layers.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method} ${route.path.replace(/[*:](\w+)/g, '{$1}')}`) : [],
  );
}

function lookUp(document: object, reference: string): unknown {
  const steps = reference.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
}

function hasErrorExamples({ content }: ResponseObject): boolean {
  const examples = Object.values(content?.['application/json']?.examples ?? {});
  const codes = examples.map((example) => ('value' in example ? example.value?.errors?.[0]?.code : undefined));
  return codes.length > 0 && codes.every((code) => typeof code === 'string');
}
