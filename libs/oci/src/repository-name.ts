import { OciError } from './error.js';

/** Distribution specification, "Pulling manifests": `<name>`. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const MAX_LENGTH = 255;

/** Returns `text` when it is a repository name. Throws `NAME_INVALID` otherwise. */
export function parseRepositoryName(text: string): string {
  if (text.length > MAX_LENGTH) {
    throw new OciError('NAME_INVALID', { name: text.slice(0, MAX_LENGTH), rule: `at most ${MAX_LENGTH} characters` });
  }
  if (!NAME.test(text)) throw new OciError('NAME_INVALID', { name: text, rule: NAME.source });
  return text;
}
