import type { Config } from '../../lib/config.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { refusedRow } from './refused-row.contract.ts';

interface Row {
  _id: string;
  rev: number;
  line: number;
  detail: string;
}

/** The rows of an import stand together, by line. */
const idOf = (importId: string, line: number): string => `${importId}:${String(line).padStart(12, '0')}`;
/** After all of them. */
const endOf = (importId: string): string => `${importId};`;

export default function refusedRowService(config: Config) {
  return service<{ store: Store<Row> }>()(refusedRow, config, {
    mixins: [store<Row>(config, { node: 'product', collection: 'refused-rows' })],

    handlers: {
      async append(ctx) {
        const { importId, rows } = ctx.params;
        await this.store.insertNew(rows.map((row) => ({ _id: idOf(importId, row.line), ...row })));
      },

      async list(ctx) {
        const { importId, after, limit } = ctx.params;
        const rows = await this.store.find(
          { _id: { $gte: idOf(importId, after + 1), $lt: endOf(importId) } },
          { sort: { _id: 1 }, limit },
        );
        return rows.map(({ line, detail }) => ({ line, detail }));
      },
    },
  });
}
