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

test('a level is told when shoppers see a difference, also one that another node has told them', () => {
  const told: number[] = [];
  const announcer = new LevelAnnouncer((levels) => told.push(...levels.map(({ available }) => available)));
  const level = (available: number, lowAt = 5) => ({ sku: 'MUG', productId: 'prd_1', available, lowAt, sold: 0 });
  for (const available of [9, 8, 5, 4, 3, 0]) announcer.announce(level(available));
  expect(told).toEqual([9, 4, 0]);
  announcer.noteSent([level(7)]);
  announcer.announce(level(0));
  expect(told).toEqual([9, 4, 0, 0]);
});

test('a level is told with another threshold', () => {
  const told: number[] = [];
  const announcer = new LevelAnnouncer((levels) => told.push(...levels.map(({ lowAt }) => lowAt)));
  for (const lowAt of [5, 6, 6]) announcer.announce({ sku: 'MUG', productId: 'prd_1', available: 9, lowAt, sold: 0 });
  expect(told).toEqual([5, 6]);
});
