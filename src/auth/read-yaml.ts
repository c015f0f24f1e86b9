import { readFile } from 'node:fs/promises';

/** Reads a file of YAML, or of JSON, which is YAML too. */
export async function readYaml(path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(await readFile(path, 'utf8'), { stringKeys: true });
}
