import { expect, test } from '@jest/globals';
import { acknowledge } from '../../../mixins/store/idempotency-log.ts';
import { assignPath } from '../../../mixins/store/patch.ts';
import { emptyReservable, returnQuantity } from '../../../services/shared/reservations.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const at = (ms: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + ms);

test('the keys that are kept stay bounded over 20,000 returns', () => {
  const doc = { _id: 'MUG', rev: 0, ...emptyReservable(0), sold: 20_000 };
  let most = 0;
  for (let n = 0; n < 20_000; n++) {
    const [key, now] = [`ret_${n}`, at(n * SECOND_MS)];
    for (const decide of [
      () => returnQuantity(doc, { key, quantity: 1, until: +now + MINUTE_MS }, now),
      () => acknowledge(doc, key, now),
    ]) {
      for (const [path, value] of Object.entries(decide().patch ?? {})) assignPath(doc, path, value, []);
    }
    most = Math.max(most, Object.keys(doc.back).length);
  }
  const { available, reserved, sold } = doc;
  expect({ available, reserved, sold }).toEqual({ available: 20_000, reserved: 0, sold: 0 });
  expect(most).toBeLessThanOrEqual(122);
});
