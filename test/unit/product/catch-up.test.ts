import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { Catalogue } from '../../../services/product/catalogue/catalogue.ts';
import { CatchUp } from '../../../services/product/catalogue/catch-up.ts';
import type { Product } from '../../../services/product/product/product.ts';

const level = (available: number) => ({ sku: 'MUG-1', productId: 'prd_1', available, sold: 0, lowAt: 5 });

/** A catch-up on an empty shop with one SKU, whose reads of the stock are held up until `answer`. */
async function heldUp() {
  const asked: ((levels: object[]) => void)[] = [];
  const call = async (action: string) => {
    if (action !== 'inventory.levels') return {};
    const levels = await new Promise<object[]>((answer) => asked.push(answer));
    return Readable.from([levels]);
  };
  const store = { async *scan() {}, find: async () => [] } as Pick<Store<Product>, 'scan' | 'find'>;
  const catalogue = new Catalogue(['EUR']);
  const catchUp = new CatchUp(catalogue, store as Store<Product>, { call } as unknown as Rpc, () => {});
  const reading = async () => {
    while (asked.length === 0) await new Promise(setImmediate);
  };
  const answer = async (levels: object[]) => {
    await reading();
    asked.shift()?.(levels);
  };
  const loaded = catchUp.load();
  await answer([level(9)]);
  await loaded;
  return { catchUp, reading, answer, available: () => catalogue.levels('MUG-1').available };
}

test('a level that an event has told is not overwritten by an older one that is still being read', async () => {
  const { catchUp, reading, answer, available } = await heldUp();
  expect(available()).toBe(9);
  const run = catchUp.run();
  await reading();
  await catchUp.queueLevels([level(0)]);
  await answer([level(9)]);
  await run;
  expect(available()).toBe(0);
  const next = catchUp.run();
  await answer([level(3)]);
  await next;
  expect(available()).toBe(3);
});

test('events may be missing for a while after a connection has come or gone, and not otherwise', async () => {
  const { catchUp } = await heldUp();
  expect(catchUp.isUncertain).toBe(false);
  catchUp.noteMissedEvents();
  expect(catchUp.isUncertain).toBe(true);
});
