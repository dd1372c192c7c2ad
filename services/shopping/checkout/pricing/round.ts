/**
 * `amount * numerator / denominator`, rounded half up to a whole number (commercial rounding), exactly: the product may
 * be larger than a safe integer, and no fraction is ever formed. All are safe integers, none negative, the denominator
 * above zero.
 */
export function proportion(amount: number, numerator: number, denominator: number): number {
  const [product, d] = [BigInt(amount) * BigInt(numerator), BigInt(denominator)];
  return Number((2n * product + d) / (2n * d));
}

/**
 * Splits `amount` in proportion to `weights` so that the parts are whole and add up exactly, none above its weight
 * while `amount` is not above their sum: the largest remainder method (Hamilton). Equal remainders: the first gets it.
 */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const parts = exact.map((product) => Number(product / BigInt(sum)));
  const remainders = exact.map((product, index) => ({ index, rest: product % BigInt(sum) }));
  const left = amount - parts.reduce((total, part) => total + part, 0);
  const order = remainders.toSorted((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of order.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}
