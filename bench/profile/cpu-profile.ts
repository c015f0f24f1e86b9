/** What `node --cpu-prof` writes: the format of the Chrome DevTools protocol, Profiler.Profile. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of the monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds between a sample and the one before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counted from 0. */
  readonly lineNumber: number;
}

export interface TimeSpan {
  readonly begin: number;
  readonly end: number;
}

/** Where the time of the main thread went, in microseconds. */
export interface TimeByFunction {
  /** The whole time within the spans, idle or not. */
  readonly total: number;
  readonly idle: number;
  /** Time in the function itself. */
  readonly self: ReadonlyMap<string, number>;
  /** Time in the function and in what it calls. */
  readonly inclusive: ReadonlyMap<string, number>;
  /** Self time by the package, folder or part of Node that the function belongs to. */
  readonly byOrigin: ReadonlyMap<string, number>;
}

/** Adds up the samples that lie within the spans. */
export function timeByFunction(profile: CpuProfile, spans: readonly TimeSpan[]): TimeByFunction {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const [self, inclusive, byOrigin] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  let [total, idle, now] = [0, 0, profile.startTime];
  for (const [index, id] of profile.samples.entries()) {
    const duration = profile.timeDeltas[index + 1] ?? 0;
    now += profile.timeDeltas[index] ?? 0;
    const frame = nodes.get(id)?.callFrame;
    if (frame === undefined || !spans.some(({ begin, end }) => now >= begin && now < end)) continue;
    total += duration;
    if (frame.functionName === '(idle)') {
      idle += duration;
      continue;
    }
    add(self, nameOf(frame), duration);
    add(byOrigin, originOf(frame), duration);
    for (const name of stackOf(id)) add(inclusive, name, duration);
  }
  return { total, idle, self, inclusive, byOrigin };

  /** Every function once, however often it is on the stack. */
  function stackOf(id: number): Set<string> {
    const names = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = nodes.get(at)?.callFrame;
      if (frame && frame.functionName !== '(root)') names.add(nameOf(frame));
    }
    return names;
  }
}

function add(to: Map<string, number>, name: string, duration: number): void {
  to.set(name, (to.get(name) ?? 0) + duration);
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name}  ${placeOf(url)}:${lineNumber + 1}`;
}

function placeOf(url: string): string {
  return url.replace(/^file:\/\//, '').replace(/^.*\/(?=node_modules\/|dist\/)/, '');
}

function originOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native functions of Node';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const place = placeOf(url);
  const packageName = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place)?.[1];
  return packageName ?? place.split('/').slice(0, 3).join('/');
}
