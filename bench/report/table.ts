import { type Metric, REFERENCE } from '../rows/row.ts';
import { outcomeOf, short } from './goals.ts';
import { figureOf, type Result, type RowResult, ratioOf } from './result.ts';

/** The result as a Markdown table, one line for each figure: all peers, our ratio to the reference, and the goals. */
export function tableOf(result: Result): string {
  const names = result.peers.map(({ name }) => name);
  const [ours = ''] = names;
  const head = ['work', 'figure', ...result.peers.map(({ title }) => title), 'ratio', 'goal', ''];
  const measured = result.rows.filter(({ peers }) => peers.length > 0);
  const lines = measured.flatMap((row) =>
    row.metrics.map((metric, index) => [
      index === 0 ? row.title : '',
      `${metric.title}, ${metric.unit}`,
      ...names.map((name) => cell(figureOf(row, name, metric.id))),
      cell(ratioOf(row, ours, REFERENCE, metric.id)),
      ...goalCells(row, ours, metric),
    ]),
  );
  return aligned([head, ...lines]);
}

/** Why figures are missing, one line each. */
export function problemsOf(result: Result): string[] {
  return result.rows.flatMap((row) =>
    row.peers.filter(({ problem }) => problem !== null).map(({ peer, problem }) => `${row.title}, ${peer}: ${problem}`),
  );
}

function goalCells(row: RowResult, ours: string, metric: Metric): [goals: string, outcome: string] {
  const outcomes = (metric.goals ?? []).map((goal) => outcomeOf(goal, row, ours, metric.id));
  const goals = outcomes.map(({ goal }) => goal).join(', ');
  const marks = outcomes.map(({ value, isReached }) => (value === null ? '?' : isReached ? 'reached' : 'missed'));
  return [goals, marks.join(', ')];
}

function cell(value: number | null): string {
  return value === null ? '' : short(value);
}

/** A Markdown table whose columns stand below each other. */
export function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length), 3));
  const written = lines.map((line) => `| ${widths.map((width, i) => (line[i] ?? '').padEnd(width)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [written[0], rule, ...written.slice(1)].join('\n');
}
