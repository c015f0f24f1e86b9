import { printText } from './go-json.js';
import type { Schema1Manifest } from './schema1-manifest.js';

/** Prints a manifest as Docker's registries do: with an indent of three spaces and no line feed at the end. */
export function printSchema1({ name, tag, architecture, fsLayers, history }: Schema1Manifest): Buffer {
  const layers = fsLayers.map((digest) => entry('blobSum', digest.toString()));
  const entries = history.map((text) => entry('v1Compatibility', text));
  const members = [
    '"schemaVersion": 1',
    `"name": ${printText(name)}`,
    `"tag": ${printText(tag)}`,
    `"architecture": ${printText(architecture)}`,
    `"fsLayers": ${list(layers)}`,
    `"history": ${list(entries)}`,
  ];
  return Buffer.from(`{\n   ${members.join(',\n   ')}\n}`);
}

function entry(member: string, text: string): string {
  return `      {\n         "${member}": ${printText(text)}\n      }`;
}

function list(entries: readonly string[]): string {
  return entries.length === 0 ? '[]' : `[\n${entries.join(',\n')}\n   ]`;
}
