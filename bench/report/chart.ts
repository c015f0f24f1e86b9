import type { Goal, Metric } from '../rows/row.ts';
import { REFERENCE } from '../rows/row.ts';
import { short } from './goals.ts';
import { type Result, type RowResult, ratioOf } from './result.ts';

const WIDTH = 1000;
const LABEL_WIDTH = 300;
/** The first bars and the labels have room for a number between them. */
const PLOT_LEFT = LABEL_WIDTH + 45;
const VALUE_WIDTH = 70;
const BAR_HEIGHT = 12;
const BAR_PITCH = BAR_HEIGHT + 2;
const GROUP_GAP = 16;
const TOP = 84;
const COLOURS = ['#1f6feb', '#8c959f', '#bf8700', '#8250df', '#1a7f37'];
const GOAL_LINE = 'stroke="#cf222e" stroke-width="2"';
const TEXT = 'font-family="system-ui, sans-serif" fill="#57606a"';

interface Bar {
  readonly peer: string;
  /** How many times better than the reference. */
  readonly factor: number;
}

interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The factor to reach. */
  readonly goal: number;
}

/**
 * The result as an SVG: how many times better than the reference each peer is, on a logarithmic scale. Longer is better
 * in all bars, also where less is better. A line in a group marks its goal.
 */
export function chartOf(result: Result): string {
  const groups = result.rows.flatMap((row) => row.metrics.flatMap((metric) => groupOf(result, row, metric)));
  const scale = scaleOf(groups);
  let y = TOP;
  const drawn = groups.map((group) => {
    const at = y;
    y += group.bars.length * BAR_PITCH + GROUP_GAP;
    return drawGroup(group, at, scale, result);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="16" font-weight="600" ${TEXT}>Times better than ${titleOf(result, REFERENCE)}</text>`,
    drawLegend(result),
    drawGrid(scale, y),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

/** Figures whose goal is a ratio to the reference, for the peers that did the same work. */
function groupOf(result: Result, row: RowResult, metric: Metric): Group[] {
  const goal = metric.goals?.map((one) => goalFactor(one, metric)).find((factor) => factor !== null);
  if (goal === undefined) return [];
  const bars = result.peers.flatMap(({ name }) => {
    const ratio = name === REFERENCE ? null : ratioOf(row, name, REFERENCE, metric.id);
    return ratio === null ? [] : [{ peer: name, factor: factorOf(ratio, metric) }];
  });
  if (bars.length === 0) return [];
  return [{ label: `${row.title}: ${metric.title}`, bars, goal }];
}

function factorOf(ratio: number, { better }: Metric): number {
  return better === 'higher' ? ratio : 1 / ratio;
}

function goalFactor(goal: Goal, metric: Metric): number | null {
  if (!('peer' in goal) || goal.peer !== REFERENCE) return null;
  return factorOf('atLeast' in goal ? goal.atLeast : goal.atMost, metric);
}

/** From a factor to a place on the x axis. */
type Scale = { readonly least: number; readonly most: number; place(factor: number): number };

function scaleOf(groups: readonly Group[]): Scale {
  const factors = groups.flatMap(({ bars, goal }) => [...bars.map(({ factor }) => factor), goal]);
  const least = Math.floor(Math.log10(Math.min(...factors, 0.5)) * 2) / 2;
  const most = Math.ceil(Math.log10(Math.max(...factors, 2)) * 2) / 2;
  const width = WIDTH - PLOT_LEFT - VALUE_WIDTH;
  return { least, most, place: (factor) => PLOT_LEFT + ((Math.log10(factor) - least) / (most - least)) * width };
}

function drawGroup({ label, bars, goal }: Group, y: number, scale: Scale, result: Result): string {
  const bottom = y + bars.length * BAR_PITCH;
  const x = round(scale.place(goal));
  const middle = (y + bottom) / 2 + 4;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle}" font-size="12" text-anchor="end" ${TEXT}>${escaped(label)}</text>`,
    ...bars.map(({ peer, factor }, index) => drawBar(factor, y + index * BAR_PITCH, scale, colourOf(result, peer))),
    `<line x1="${x}" x2="${x}" y1="${y - 3}" y2="${bottom + 1}" ${GOAL_LINE}/>`,
  ].join('');
}

/** The number stands at the end of the bar that is away from 1. */
function drawBar(factor: number, y: number, scale: Scale, colour: string): string {
  const [one, end] = [scale.place(1), scale.place(factor)];
  const [left, width] = [round(Math.min(one, end)), round(Math.abs(end - one))];
  const [x, anchor] = factor < 1 ? [round(end - 5), 'end'] : [round(end + 5), 'start'];
  const bar = `<rect x="${left}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${colour}"/>`;
  const text = `<text x="${x}" y="${y + BAR_HEIGHT - 2}" font-size="10" text-anchor="${anchor}" ${TEXT}>`;
  return `${bar}${text}${short(factor)}</text>`;
}

function drawLegend(result: Result): string {
  const peers = result.peers.filter(({ name }) => name !== REFERENCE);
  const entries = peers.map(({ name, title }, index) => {
    const x = 16 + index * 170;
    return (
      `<rect x="${x}" y="44" width="12" height="12" fill="${colourOf(result, name)}"/>` +
      `<text x="${x + 18}" y="54" font-size="12" ${TEXT}>${escaped(title)}</text>`
    );
  });
  const x = 16 + peers.length * 170;
  const goal = `<line x1="${x}" x2="${x}" y1="43" y2="57" ${GOAL_LINE}/>`;
  return [...entries, goal, `<text x="${x + 8}" y="54" font-size="12" ${TEXT}>goal</text>`].join('');
}

function drawGrid(scale: Scale, bottom: number): string {
  const decades = [0.01, 0.1, 1, 10, 100, 1000].filter((factor) => {
    const power = Math.log10(factor);
    return power >= scale.least && power <= scale.most;
  });
  return decades
    .map((factor) => {
      const x = round(scale.place(factor));
      const width = factor === 1 ? 1.5 : 0.5;
      const line = `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom - 8}" stroke="#8c959f" stroke-width="${width}"/>`;
      return `${line}<text x="${x}" y="${TOP - 12}" font-size="10" text-anchor="middle" ${TEXT}>${factor} ×</text>`;
    })
    .join('');
}

function colourOf(result: Result, peer: string): string {
  const index = result.peers.filter(({ name }) => name !== REFERENCE).findIndex(({ name }) => name === peer);
  return COLOURS[index % COLOURS.length] ?? '#000000';
}

function titleOf(result: Result, peer: string): string {
  return result.peers.find(({ name }) => name === peer)?.title ?? peer;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
