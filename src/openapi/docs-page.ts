import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** Shows the document, which lies beside the folder of this script, whatever prefix a proxy has put before both. */
export const PAGE_SCRIPT = `
SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
});
`.trimStart();

/** Nothing is loaded from, or sent to, another host. Swagger UI sets styles of its own. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page. `folder` is the path that the files of the page are under. */
export function docsPage(folder: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stowage API</title>
<link rel="icon" href="${folder}/favicon-32x32.png">
<link rel="stylesheet" href="${folder}/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="${folder}/swagger-ui-bundle.js"></script>
<script src="${folder}/page.js"></script>
</body>
</html>
`;
}

/** The folder of Swagger UI, which comes with `@nestjs/swagger`. */
export function swaggerUiFolder(): string {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('@nestjs/swagger'));
  return dirname(theirs.resolve('swagger-ui-dist/package.json'));
}
