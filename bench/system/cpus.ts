import { readFileSync } from 'node:fs';

/**
 * Where the server and its load run: each on a core of its own, so that neither takes time from the other, or wherever
 * the operating system puts them.
 */
export type Placement = 'apart' | 'anywhere';

export type Side = 'server' | 'load';

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** Adds to a command what keeps it on the core of its side. On a machine with one core there is nothing to choose. */
export function placed(command: CommandLine, placement: Placement, side: Side): CommandLine {
  const cpus = allowedCpus();
  const [first, last] = [cpus[0], cpus.at(-1)];
  if (placement === 'anywhere' || first === undefined || first === last) return command;
  return ['taskset', '--cpu-list', String(side === 'server' ? first : last), ...command];
}

/** The cores that this process may use. */
export function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
