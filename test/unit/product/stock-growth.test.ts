import { expect, test } from '@jest/globals';
import { assignPath } from '../../../mixins/store/patch.ts';
import { trimmedThrough } from '../../../services/product/inventory/ledger.ts';
import { commit, logOf, reserve, type Stock, withTrimmedLog } from '../../../services/product/inventory/stock.ts';
import { newId } from '../../../services/shared/ids.ts';
import { emptyReservable } from '../../../services/shared/reservations.ts';

const at = (ms: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + ms);

const stockOf = (available: number): Stock => ({
  ...{ _id: 'MUG', rev: 0, productId: 'prd', ...emptyReservable(available), received: available },
  updatedAt: at(0),
});

test('a stock document stays small over 100,000 orders', () => {
  const stock = stockOf(100_000);
  let most = 0;
  for (let n = 0; n < 100_000; n++) {
    const [id, now] = [newId('ord', at(n * 1000)), at(n * 1000)];
    for (const decide of [(s: Stock) => reserve(s, id, 1, now), (s: Stock) => commit(s, id, now)]) {
      // In place, as Changes does it: a copy of each version would make this slow.
      // The ledger is a few movements behind.
      const { patch = {} } = withTrimmedLog(stock, decide(stock), 2 * n - 6);
      for (const [path, value] of Object.entries(patch)) assignPath(stock, path, value, []);
    }
    if (n % 100 === 0) most = Math.max(most, Object.keys(stock.done).length);
  }
  expect(stock).toMatchObject({ available: 0, reserved: 0, sold: 100_000, res: {} });
  // One more: what was there at first.
  expect(stock.seq).toBe(200_001);
  expect(trimmedThrough(logOf(stock))).toBeGreaterThan(199_980);
  // At one order a second: what the last 120 s to 150 s have brought.
  expect(most).toBeLessThanOrEqual(152);
  expect(Object.keys(stock.done).length).toBeGreaterThanOrEqual(120);
});
