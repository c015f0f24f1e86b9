import { crowdRow } from './crowd.ts';
import { imageRow } from './images.ts';
import type { Row } from './row.ts';
import { smallRows } from './small-requests.ts';
import { startRow } from './start.ts';
import { deletionRow, pageRow } from './tags.ts';
import { pullRow, pushRows } from './transfers.ts';
import { workerRow } from './workers.ts';

export const ROWS: readonly Row[] = [
  ...smallRows,
  pullRow,
  ...pushRows,
  imageRow,
  crowdRow,
  startRow,
  deletionRow,
  pageRow,
  workerRow,
];

/** @throws Error for a row that is not there */
export function findRows(ids: readonly string[] | null): readonly Row[] {
  return ids?.map(findRow) ?? ROWS;
}

export function findRow(id: string): Row {
  const row = ROWS.find((candidate) => candidate.id === id);
  if (row) return row;
  throw new Error(`there is no row ${id}; there are ${ROWS.map((candidate) => candidate.id).join(', ')}`);
}
