import { bearerRow } from './bearer.ts';
import { crowdRow } from './crowd.ts';
import { imageRow } from './images.ts';
import type { Row } from './row.ts';
import { smallRows } from './small-requests.ts';
import { startRow } from './start.ts';
import { STORE_ROWS } from './store-rows.ts';
import { deletionRow, pageRow } from './tags.ts';
import { pullRow, pushRows } from './transfers.ts';
import { workerRow } from './workers.ts';

export const ROWS: readonly Row[] = [
  ...smallRows,
  bearerRow,
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
export function findRows(ids: readonly string[] | null, isOnStore: boolean): readonly Row[] {
  return ids?.map((id) => findRow(id, isOnStore)) ?? (isOnStore ? STORE_ROWS : ROWS);
}

export function findRow(id: string, isOnStore: boolean): Row {
  const rows = isOnStore ? STORE_ROWS : ROWS;
  const row = rows.find((candidate) => candidate.id === id);
  if (row) return row;
  throw new Error(`there is no row ${id}; there are ${rows.map((candidate) => candidate.id).join(', ')}`);
}
