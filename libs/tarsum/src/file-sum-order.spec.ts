import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { END, tarEntry } from '../test/tar-builder.js';
import { orderFileSums } from './file-sum-order.js';
import { TarSum } from './tarsum.js';

describe('orderFileSums', () => {
  it('orders by sum when no name occurs twice', () => {
    const files = fc.uniqueArray(fc.record({ name: fc.string(), sum: fc.stringMatching(/^[0-9a-f]{4}$/) }), {
      selector: (file) => file.name,
    });
    fc.assert(
      fc.property(files, (unordered) => {
        expect(orderFileSums(unordered)).toEqual(unordered.map((file) => file.sum).sort());
      }),
    );
  });

  it.each([
    ['a pair of the same name by position', 'f2 f1', '2 1'],
    ['others by sum', 'f2 g1', '1 2'],
    ['a pair by position on both sides of another', 'f3 g2 f1', '2 3 1'],
    ['not all pairs by position: 1 is before 3 of the same name', 'f3 f1 g2', '3 1 2'],
  ])('orders %s', (_, files, sums) => {
    const parsed = files.split(' ').map((file) => ({ name: file.charAt(0), sum: file.slice(1) }));
    expect(orderFileSums(parsed).join(' ')).toBe(sums);
  });

  // The sums are those of the original with the insertion sort of Go up to 12 entries, with the sort of Go 1.3 beyond.
  it.each([
    [7, 5, 'b3607548c23e864a18dd07f32e6315a3b3bfed66e9237d933201a4290822a033'],
    [8, 5, '672cffdd8b60da3f583d48e12b748a2072a9bd189702453a799453a9d71faf6a'],
    [12, 5, 'da96636bbc34e7e8729bcd82f42ed2fd2ad0a67348ea26c42da336299d38d91a'],
    [13, 5, '57d0d4a11551902a8530b574191674cef497e626502d84fbcd02c4cc441c87c0'],
    [13, 12, 'db7dfd893925e3e8c0925acd3a694d82bd91525755bd39231f60ab754cc2d1a7'],
    [60, 50, '44b2c9b721beeec8bc82a93470a7008d90c4a3b991a92722d9f2f77a4f5a0915'],
    [500, 7, 'f3413156b34e31f9a3823ceada1b0c2970d17d4eebd1f3a8bdd239f25304c032'],
  ])('makes the sum of %i entries with %i names that the original made', (count, names, hex) => {
    const sum = new TarSum('v1');
    for (let i = 0; i < count; i++) sum.update(tarEntry({ name: `f${i % names}` }, `${i}`));
    sum.update(END);
    expect(sum.digest()).toBe(hex);
  });
});
