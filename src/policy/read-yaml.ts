import { readFile } from 'node:fs/promises';

/** Reads a file of YAML, or of JSON, which is YAML too. */
export async function readYaml(path: string): Promise<unknown> {
  // Loaded for those who have such a file. The bundle gives packages of CommonJS as a whole.
  const { default: yaml } = await import('yaml');
  return yaml.parse(await readFile(path, 'utf8'), { stringKeys: true });
}
