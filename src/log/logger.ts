/** Writes one line at a level: fields and a message, or a message alone. An `Error` goes into the field `err`. */
interface LogLine {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** The log of the process: the part of pino that the registry uses, as a type that is its own injection token. */
export abstract class Logger {
  abstract readonly trace: LogLine;
  abstract readonly debug: LogLine;
  abstract readonly info: LogLine;
  abstract readonly warn: LogLine;
  abstract readonly error: LogLine;
  abstract readonly fatal: LogLine;
}
