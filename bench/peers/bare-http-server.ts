/** Answers with the files of a folder, all of which it keeps in memory: `bare-http-server.ts <folder> <port>`. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { MANIFEST_TYPE } from '../load/image.ts';

const [folder = '.', port = '0'] = process.argv.slice(2);
const contents = new Map<string, Buffer>();
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  contents.set(file.slice(folder.length), await readFile(file));
}

createServer((request, response) => {
  const content = contents.get(request.url ?? '');
  if (content === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': MANIFEST_TYPE, 'Content-Length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
}).listen(Number(port), '127.0.0.1');
