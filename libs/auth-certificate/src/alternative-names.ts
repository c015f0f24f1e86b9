/** The names of a certificate besides its subject, of the kinds that may name a principal. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
}

/** An entry as Node prints it; a value that holds a comma, a quote or the like is a text of JSON. */
const ENTRY = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y;
const KINDS: Readonly<Record<string, keyof AlternativeNames>> = { DNS: 'dns', email: 'email', URI: 'uri' };

/** Reads `X509Certificate.subjectAltName`. */
export function readAlternativeNames(text = ''): AlternativeNames {
  const names = { dns: [] as string[], email: [] as string[], uri: [] as string[] };
  ENTRY.lastIndex = 0;
  for (let match = ENTRY.exec(text); match !== null; match = ENTRY.exec(text)) {
    const [, label = '', value = ''] = match;
    const kind = KINDS[label];
    if (kind) names[kind].push(value.startsWith('"') ? JSON.parse(value) : value);
    if (ENTRY.lastIndex === text.length) break;
  }
  return names;
}
