/**
 * Compares two results and fails when something has become worse by more than the limit.
 *
 *     node bench/compare.ts before.json after.json [--limit 10]
 */
import { parseArgs } from 'node:util';
import { compare, describeComparison } from './report/comparison.ts';
import { readResult } from './report/result.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '10' } },
});
const [before, after] = positionals;
if (before === undefined || after === undefined) throw new Error('two results are needed: before.json after.json');
const limit = Number(values.limit);
if (!(limit > 0)) throw new Error('--limit takes a percentage above 0');

const changes = compare(await readResult(before), await readResult(after), limit / 100);
console.log(describeComparison(changes));
process.exitCode = changes.some(({ isRegression }) => isRegression) ? 1 : 0;
