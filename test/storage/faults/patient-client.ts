import { setTimeout as pause } from 'node:timers/promises';
import type { Checks } from '../../crash/checks.ts';
import {
  type Answer,
  type Body,
  type ByteRange,
  RegistryClient,
  type RequestOptions,
  UnexpectedAnswerError,
} from '../../crash/registry-client.ts';

/** Longer than any lock or circuit breaker may hold anybody up. */
const PATIENCE = 60_000;
const LONGEST_PAUSE = 500;
const SESSION = /^\/v2\/(.+)\/blobs\/uploads\/[^/]/;
const REPEATABLE = new Set(['GET', 'HEAD', 'POST', 'DELETE']);

/** Nobody asks any more. */
export class RoundOverError extends Error {
  override readonly name = 'RoundOverError';
}

/**
 * Tries again as clients do: whatever was refused for now, and what can be repeated; of an upload it asks first how far that
 * has come.
 */
export class PatientClient extends RegistryClient {
  readonly #checks: Checks;
  /** Requests that were not answered as they should, by status; 0 for a broken connection. */
  readonly failures = new Map<number, number>();
  #isOver = false;

  constructor(url: string, checks: Checks) {
    super(url);
    this.#checks = checks;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** From now on nothing is asked for again, and nothing new. */
  end(): void {
    this.#isOver = true;
  }

  /** Only what may be repeated without knowing what has become of it is repeated here. */
  override request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const isRepeatable = REPEATABLE.has(method) || path.includes('/manifests/');
    return this.#patiently(async () => {
      const answer = await this.#once(method, path, options);
      const isRefused = answer.status === 429 || (answer.status >= 500 && isRepeatable);
      return isRefused ? null : answer;
    }, isRepeatable);
  }

  /** A body without a range is that of a new upload. */
  override patch(location: string, body: Body, range?: ByteRange): Promise<string> {
    return this.#patiently(async () => {
      const sent = await failureOf(() => super.patch(location, body, range));
      if ('value' in sent) return sent.value;
      const start = range?.start ?? 0;
      const offset = await this.uploadOffset(location);
      if (offset === start) return null;
      const isWhole = offset !== null && (range === undefined || offset === range.end);
      if (!isWhole) throw standsAt(location, offset, sent.error);
      return location;
    }, true);
  }

  override async finishUpload(location: string, digest: string, body?: Buffer, range?: ByteRange): Promise<void> {
    const start = range?.start ?? (body === undefined || body.length === 0 ? null : await this.uploadOffset(location));
    let rest = body;
    await this.#patiently(async () => {
      const sent = await failureOf(() => super.finishUpload(location, digest, rest, rest === body ? range : undefined));
      if ('value' in sent) return true;
      const repository = SESSION.exec(location)?.[1] ?? '';
      if ((await this.blob(repository, digest, 'HEAD')).status === 200) return true;
      const offset = await this.uploadOffset(location);
      if (offset === null) throw standsAt(location, offset, sent.error);
      // What the request brought may be there although the upload could not be finished.
      rest = start === null || offset === start ? body : undefined;
      return null;
    }, true);
  }

  /** Until `attempt` gives something. What it throws counts as nothing where `isRepeatable`, unless somebody answered. */
  async #patiently<T>(attempt: () => Promise<T | null>, isRepeatable: boolean): Promise<T> {
    const begin = performance.now();
    let cause: unknown;
    for (;;) {
      if (this.#isOver) throw new RoundOverError();
      try {
        const result = await attempt();
        if (result !== null) return result;
      } catch (error) {
        if (this.#isOver) throw new RoundOverError();
        if (!isRepeatable || error instanceof UnexpectedAnswerError) throw error;
        cause = error;
      }
      if (performance.now() - begin > PATIENCE) throw new Error(`nothing was had in ${PATIENCE} ms`, { cause });
      await pause(Math.random() * LONGEST_PAUSE);
    }
  }

  async #once(method: string, path: string, options: RequestOptions): Promise<Answer> {
    try {
      const answer = await super.request(method, path, options);
      if (answer.status === 429 || answer.status >= 500) this.#failed(answer, `${method} ${path}`);
      return answer;
    } catch (error) {
      this.failures.set(0, (this.failures.get(0) ?? 0) + 1);
      throw error;
    }
  }

  #failed({ status, headers, body }: Answer, what: string): void {
    this.failures.set(status, (this.failures.get(status) ?? 0) + 1);
    if (status === 429) return;
    this.#checks.expect(
      'what fails for the store is answered with 503, and when to try again',
      status === 503 && Number(headers['retry-after']) > 0,
      () => `${what}: ${status}, Retry-After: ${headers['retry-after']}, ${body.toString().slice(0, 200)}`,
    );
  }
}

function standsAt(location: string, offset: number | null, cause: unknown): UnexpectedAnswerError {
  const where = offset === null ? 'is gone' : `stands at ${offset}`;
  return new UnexpectedAnswerError(`${location} ${where}, after ${cause}`, 0);
}

/** What `work` gives, or what it fails with; it throws only what no repetition would help. */
async function failureOf<T>(work: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof RoundOverError) throw error;
    if (error instanceof UnexpectedAnswerError && error.status < 500) throw error;
    return { error };
  }
}
