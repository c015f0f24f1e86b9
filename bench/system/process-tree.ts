import { readdirSync, readFileSync } from 'node:fs';

/** What `getconf CLK_TCK` says on every Linux; user programs see times of processes in this unit. */
const TICKS_PER_SECOND = 100;
/** Of the fields of `/proc/<pid>/stat`, counted from behind the name of the program. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const CHILDREN_USER_TIME = 13;
const CHILDREN_SYSTEM_TIME = 14;

/** Seconds of CPU that a process, its threads and all of its children have used. */
export function cpuSecondsOf(pid: number): number {
  const fields = [USER_TIME, SYSTEM_TIME, CHILDREN_USER_TIME, CHILDREN_SYSTEM_TIME];
  return sum(familyOf(pid).map((member) => ticks(`/proc/${member}/stat`, fields))) / TICKS_PER_SECOND;
}

/** Bytes of memory that a process and its children hold now. */
export function residentBytesOf(pid: number): number {
  return sum(familyOf(pid).map((member) => statusBytes(member, 'VmRSS')));
}

/** Bytes of memory that a process and its children have held at most, each for itself. */
export function residentPeakOf(pid: number): number {
  return sum(familyOf(pid).map((member) => statusBytes(member, 'VmHWM')));
}

/** Seconds of CPU by the name of the thread, of the threads that a process has now. */
export function cpuSecondsByThread(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const file = `/proc/${pid}/task/${thread}/stat`;
    const name = Number(thread) === pid ? 'main thread' : nameIn(read(file));
    seconds.set(name, (seconds.get(name) ?? 0) + ticks(file, [USER_TIME, SYSTEM_TIME]) / TICKS_PER_SECOND);
  }
  return seconds;
}

function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)];
}

function childrenOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const lists = threads.map((thread) => read(`/proc/${pid}/task/${thread}/children`));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

function ticks(file: string, fields: readonly number[]): number {
  const stat = read(file);
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return sum(fields.map((field) => Number(values[field] ?? 0)));
}

function nameIn(stat: string): string {
  return stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
}

function statusBytes(pid: number, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** Empty for a thread or process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
