/** A range of prices in minor units, both included. */
export interface PriceRange {
  from: number;
  to: number;
}

/** Above this ratio of highest to lowest price, borders grow by ratio instead of evenly. */
const WIDE_PRICE_RATIO = 10;
/** Approximate number of even ranges. */
const EVEN_RANGE_COUNT = 6;
/** Round numbers are these times a power of ten. */
const ROUND_STEPS = [1, 2, 5];

/**
 * Ascending ranges that cover all prices between a lowest and a highest one, with round borders: 1, 2 and 5 times each
 * power of ten, or even steps of such a number where the prices lie close together. They depend on these two prices
 * alone.
 */
export function priceRanges(lowest: number, highest: number): PriceRange[] {
  const borders =
    highest > WIDE_PRICE_RATIO * Math.max(1, lowest) ? ratioBorders(lowest, highest) : evenBorders(lowest, highest);
  return borders.slice(1).map((next, n) => ({ from: borders[n] ?? 0, to: next - 1 }));
}

/** `1000-1999`: the values of `minPrice` and `maxPrice` that select the range. */
export const formatRange = ({ from, to }: PriceRange): string => `${from}-${to}`;

function evenBorders(lowest: number, highest: number): number[] {
  const step = firstRoundNumber((round) => round >= (highest - lowest + 1) / EVEN_RANGE_COUNT);
  const [first, last] = [Math.floor(lowest / step), Math.floor(highest / step) + 1];
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

function ratioBorders(lowest: number, highest: number): number[] {
  const borders = [0];
  firstRoundNumber((round) => {
    if (round <= lowest) borders.length = 0;
    borders.push(round);
    return round > highest;
  });
  return borders;
}

/** The first of 1, 2, 5, 10, 20, 50, … that is accepted. */
function firstRoundNumber(isAccepted: (round: number) => boolean): number {
  for (let power = 1; ; power *= 10) {
    for (const step of ROUND_STEPS) if (isAccepted(step * power)) return step * power;
  }
}
