import type { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { HttpResponse } from '@smithy/core/protocols';

/** What came of a request: an answer, or the error that there was instead; null where none was made. */
export type Attempt = { readonly response: HttpResponse } | { readonly error: unknown } | null;

/** Has the first attempt of a command end as one did that was made already, without the SDK. */
export function startFrom<Command extends GetObjectCommand | HeadObjectCommand>(
  attempt: Attempt,
  command: Command,
): Command {
  let made = attempt;
  const steps = command.middlewareStack as GetObjectCommand['middlewareStack'];
  steps.add(
    (next) => async (args) => {
      const outcome = made;
      made = null;
      if (outcome === null) return next(args);
      if ('error' in outcome) throw outcome.error;
      return outcome;
    },
    // The last step before the connection.
    { step: 'deserialize', priority: 'low', name: 'stowageFirstAttempt' },
  );
  return command;
}
