/** A range of prices in minor units, both included. */
export interface PriceRange {
  from: number;
  to: number;
}

/** Prices that are further apart than this many times are divided by ratio rather than evenly. */
const WIDE = 10;
/** About how many even ranges there are. */
const EVEN = 6;
const STEPS = [1, 2, 5];

/**
 * Ranges that hold all prices between two, ascending, divided at round numbers: at 1, 2 and 5 times each power of ten,
 * or at even steps of such a number where the prices lie close together. They depend on the two alone.
 */
export function priceRanges(least: number, most: number): PriceRange[] {
  const borders = most > WIDE * Math.max(1, least) ? byRatio(least, most) : evenly(least, most);
  return borders.slice(1).map((next, n) => ({ from: borders[n] ?? 0, to: next - 1 }));
}

/** `1000-1999`: what to send as `minPrice` and `maxPrice` for it. */
export const rangeText = ({ from, to }: PriceRange): string => `${from}-${to}`;

function evenly(least: number, most: number): number[] {
  const step = firstRound((one) => one >= (most - least + 1) / EVEN);
  const [first, last] = [Math.floor(least / step), Math.floor(most / step) + 1];
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

function byRatio(least: number, most: number): number[] {
  const borders = [0];
  firstRound((one) => {
    if (one <= least) borders.length = 0;
    borders.push(one);
    return one > most;
  });
  return borders;
}

/** The first of 1, 2, 5, 10, 20, 50, and so on, that is right. */
function firstRound(is: (round: number) => boolean): number {
  for (let power = 1; ; power *= 10) {
    for (const step of STEPS) if (is(step * power)) return step * power;
  }
}
