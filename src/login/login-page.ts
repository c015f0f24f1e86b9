import type { Response } from 'express';

/** Nothing is loaded, sent, framed or kept. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export interface Welcome {
  readonly name: string;
  readonly password: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Host and port that clients know the registry by. */
  readonly host: string;
}

export function sendWelcome(response: Response, { name, password, expiresAt, host }: Welcome): void {
  // A name with a colon cannot be written in front of a password. Any name will do.
  const user = /^[\w.@-]+$/.test(name) ? name : 'login';
  send(
    response,
    200,
    'Logged in',
    `<p>You are <strong>${escapeHtml(name)}</strong>.</p>
<p>To log in with a client, until ${new Date(expiresAt).toUTCString()}:</p>
<pre>docker login --username ${escapeHtml(user)} ${escapeHtml(host)}</pre>
<p>with this password, which is shown only now:</p>
<pre>${escapeHtml(password)}</pre>`,
  );
}

export function sendRefusal(response: Response, reason: string, again: string): void {
  send(
    response,
    403,
    'Not logged in',
    `<p>You are not logged in: ${escapeHtml(reason)}.</p>
<p><a href="${escapeHtml(again)}">Try again</a></p>`,
  );
}

function send(response: Response, status: number, title: string, content: string): void {
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Stowage</title>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>
`;
  response.writeHead(status, { ...HEADERS, 'Content-Length': Buffer.byteLength(page) }).end(page);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
