import { finishRow } from './finish.ts';
import { imageRow } from './images.ts';
import { type Goal, REFERENCE, type Row } from './row.ts';
import { smallRows } from './small-requests.ts';
import { pullRow, pushRows } from './transfers.ts';

const AT_LEAST_EQUAL = { peer: REFERENCE, atLeast: 1 } as const;

const manifestRows = smallRows.filter(({ id }) => id === 'manifest-get-tag' || id === 'manifest-get-digest');

/** What is measured where the registries keep their content in a store: the work is the same, the goals are others. */
export const STORE_ROWS: readonly Row[] = [
  ...manifestRows.map((row) => withGoals(row, { rate: [AT_LEAST_EQUAL] })),
  withGoals(pullRow, { throughput: [AT_LEAST_EQUAL] }),
  ...pushRows.map((row) => withGoals(row, { throughput: [AT_LEAST_EQUAL] })),
  withGoals(imageRow, { rate: [AT_LEAST_EQUAL] }),
  finishRow,
];

/** The row with these goals, by metric, and no others. */
function withGoals(row: Row, goals: Readonly<Record<string, readonly Goal[]>>): Row {
  const metrics = row.metrics.map(({ goals: _, ...metric }) => {
    const own = goals[metric.id];
    return own === undefined ? metric : { ...metric, goals: own };
  });
  return { ...row, metrics };
}
