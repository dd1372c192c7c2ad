import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import type { PlaceKey } from '../../../mixins/store/pages.ts';
import { store } from '../../../mixins/store/store.ts';
import { afterLine, lineId, lineIdEnd } from './format/line-id.ts';
import { removedVariant } from './removed-variant.contract.ts';

interface RemovedVariant {
  _id: string;
  rev: number;
  importId: string;
  line: number;
  slug: string;
  sku: string;
  available: number;
}

/** An id that sorts variants by import, line and SKU. */
const idOf = (importId: string, line: number, sku: string): string => `${lineId(importId, line)}:${sku}`;

/** Cursors of the list: a line and a SKU. */
const placeByLineAndSku = (importId: string): PlaceKey<RemovedVariant> => ({
  field: '_id',
  shape: ['number', 'string'],
  placeOf: ({ line, sku }) => [line, sku],
  textAt: ([line, sku]) => idOf(importId, Number(line), String(sku)),
});

export default function removedVariantService(config: Config) {
  return service(removedVariant, config, {
    mixins: [
      store<RemovedVariant>(config, {
        node: 'product',
        collection: 'removed-variants',
        indexes: [{ fields: { importId: 1, line: 1 } }],
      }),
    ],

    handlers: {
      async append(ctx) {
        const { importId, variants } = ctx.params;
        await this.store.insertNew(
          variants.map((variant) => ({ _id: idOf(importId, variant.line, variant.sku), importId, ...variant })),
        );
      },

      async retract(ctx) {
        const { importId, variants } = ctx.params;
        await this.store.remove({ _id: { $in: variants.map(({ line, sku }) => idOf(importId, line, sku)) } });
      },

      async ofLines(ctx) {
        const { importId, lines } = ctx.params;
        return (await this.store.find({ importId, line: { $in: lines } })).map(view);
      },

      async list(ctx) {
        const { importId, limit, cursor } = ctx.params;
        const { items, nextCursor } = await this.store.page(
          { _id: { $gte: afterLine(importId, 0), $lt: lineIdEnd(importId) } },
          { limit, cursor, order: { direction: 1, key: placeByLineAndSku(importId) } },
        );
        return { items: items.map(view), nextCursor };
      },
    },
  });
}

const view = ({ line, slug, sku, available }: RemovedVariant) => ({ line, slug, sku, available });
