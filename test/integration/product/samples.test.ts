import { expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { CATALOGUE_COPY } from '../../support/sample.ts';
import { eventually, request, startShop } from '../../support/shop.ts';

eachEngine('made-up products', (engine) => {
  test('are added with their stock, once, and sold like any other', async () => {
    const shop = await startShop(engine.config({ CURRENCIES: 'USD' }));
    try {
      const add = (from: number, count: number) => shop.broker.call('product.addSamples', { from, count });
      expect(await add(0, 60)).toEqual({ added: 60 });
      expect(await add(40, 40)).toEqual({ added: 20 });
      expect(await storeOf(shop, 'product').count()).toBe(80);
      const { body } = await eventually(
        () => request(shop.url, `${CATALOGUE_COPY}&currency=USD`),
        (answer) => answer.body.items.length === 80,
      );
      const skus = body.items.flatMap(({ variants }: { variants: { sku: string }[] }) =>
        variants.map(({ sku }) => sku),
      );
      expect(await storeOf(shop, 'inventory').count()).toBe(skus.length);
      expect(await storeOf(shop, 'inventory').get(skus[0])).toMatchObject({ productId: body.items[0].id, reserved: 0 });
    } finally {
      await shop.stop();
    }
  });
});
