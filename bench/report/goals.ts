import type { Goal } from '../rows/row.ts';
import { figureOf, type RowResult, ratioOf } from './result.ts';

/** How a figure stands to what it should be. */
export interface Outcome {
  /** As a person reads it, for instance `≥ 3 × distribution`. */
  readonly goal: string;
  /** What is compared with the goal; null where it was not measured. */
  readonly value: number | null;
  readonly isReached: boolean;
}

export function outcomeOf(goal: Goal, row: RowResult, peer: string, metric: string): Outcome {
  const value = 'peer' in goal ? ratioOf(row, peer, goal.peer, metric) : figureOf(row, peer, metric);
  return { goal: describe(goal), value, isReached: value !== null && isReached(goal, value) };
}

function isReached(goal: Goal, value: number): boolean {
  if ('atLeast' in goal) return value >= goal.atLeast;
  if ('atMost' in goal) return value <= goal.atMost;
  return 'below' in goal ? value < goal.below : value >= goal.above;
}

function describe(goal: Goal): string {
  if ('atLeast' in goal) return `≥ ${short(goal.atLeast)} × ${goal.peer}`;
  if ('atMost' in goal) return `≤ ${short(goal.atMost)} × ${goal.peer}`;
  return 'below' in goal ? `< ${short(goal.below)}` : `≥ ${short(goal.above)}`;
}

/** Three digits, and no exponent. */
export function short(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
