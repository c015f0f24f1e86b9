import { type Metric, REFERENCE } from '../rows/row.ts';
import { short } from './goals.ts';
import { figureOf, type Result, type RowResult, ratioOf } from './result.ts';
import { aligned } from './table.ts';

/** How a figure of ours has changed between two results. */
export interface Change {
  readonly row: string;
  readonly metric: string;
  /** The ratio to the reference, where both results have it, because another machine or another day changes both. */
  readonly kind: 'ratio' | 'figure';
  readonly before: number;
  readonly after: number;
  /** How much worse it is, as a share of what it was; negative for what is better. */
  readonly loss: number;
  readonly isRegression: boolean;
}

/**
 * Compares our figures where both results have them. Those that have a goal, or are watched, are regressions when they are
 * worse by more than `limit` (a share); the others are too noisy to fail for.
 *
 * @throws Error when the results are of different scales or storages, or have nothing in common
 */
export function compare(before: Result, after: Result, limit: number): Change[] {
  if (before.scale !== after.scale) throw new Error(`one result is ${before.scale}, the other ${after.scale}`);
  const storages = [before, after].map(({ storage = 'filesystem' }) => storage);
  if (storages[0] !== storages[1]) throw new Error(`one result is of ${storages[0]}, the other of ${storages[1]}`);
  const ours = [before, after].map(({ peers }) => peers[0]?.name ?? '') as [string, string];
  const changes = after.rows.flatMap((row) => {
    const old = before.rows.find(({ id }) => id === row.id);
    return old ? row.metrics.flatMap((metric) => changeOf(old, row, ours, metric, limit)) : [];
  });
  if (changes.length === 0) throw new Error('the results have no figure in common');
  return changes;
}

function changeOf(
  old: RowResult,
  row: RowResult,
  [oursBefore, oursAfter]: readonly [string, string],
  metric: Metric,
  limit: number,
): Change[] {
  const ratios = [ratioOf(old, oursBefore, REFERENCE, metric.id), ratioOf(row, oursAfter, REFERENCE, metric.id)];
  const figures = [figureOf(old, oursBefore, metric.id), figureOf(row, oursAfter, metric.id)];
  const hasRatio = !isAbsolute(metric) && !ratios.includes(null);
  const [before = null, after = null] = hasRatio ? ratios : figures;
  if (before === null || after === null) return [];
  const loss = metric.better === 'higher' ? 1 - after / before : after / before - 1;
  const isRegression = isWatched(metric) && loss > limit;
  const kind = hasRatio ? 'ratio' : 'figure';
  return [{ row: row.title, metric: metric.title, kind, before, after, loss, isRegression }];
}

function isWatched({ goals, isWatched = goals !== undefined }: Metric): boolean {
  return isWatched;
}

/** What has to stay below a figure of its own is compared by itself. */
function isAbsolute({ goals = [] }: Metric): boolean {
  return goals.length > 0 && goals.every((goal) => !('peer' in goal));
}

export function describeComparison(changes: readonly Change[]): string {
  const lines = changes.map(({ row, metric, kind, before, after, loss, isRegression }) => [
    row,
    kind === 'ratio' ? `${metric}, ratio to ${REFERENCE}` : metric,
    short(before),
    short(after),
    `${loss > 0 ? '−' : '+'}${Math.abs(loss * 100).toFixed(1)} %`,
    isRegression ? 'REGRESSION' : '',
  ]);
  return aligned([['work', 'figure', 'before', 'after', 'better', ''], ...lines]);
}
