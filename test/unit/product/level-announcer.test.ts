import { expect, test } from '@jest/globals';
import { LevelAnnouncer } from '../../../services/product/inventory/level-announcer.ts';
import { eventually } from '../../support/eventually.ts';

test('a flood of changed levels is told in lists that fit into a message, each level once', async () => {
  const told: string[][] = [];
  const announcer = new LevelAnnouncer((levels) => told.push(levels.map(({ sku }) => sku)));
  const skus = Array.from({ length: 1700 }, (_, n) => `SKU-${n}`);
  for (const sku of skus) announcer.announce({ sku, productId: 'prd_1', available: 1, lowAt: 5, sold: 0 });
  await eventually(
    async () => told.flat().length,
    (count) => count === skus.length,
  );
  expect(told.flat()).toEqual(skus);
  expect(Math.max(...told.map((list) => list.length))).toBeLessThanOrEqual(500);
});
