import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { store } from '../../../mixins/store/store.ts';
import { afterLine, endOf, lineId } from './format/line-id.ts';
import { refusedRow } from './refused-row.contract.ts';

interface Row {
  _id: string;
  rev: number;
  line: number;
  detail: string;
}

export default function refusedRowService(config: Config) {
  return service(refusedRow, config, {
    mixins: [store<Row>(config, { node: 'product', collection: 'refused-rows' })],

    handlers: {
      async append(ctx) {
        const { importId, rows } = ctx.params;
        await this.store.insertNew(rows.map((row) => ({ _id: lineId(importId, row.line), ...row })));
      },

      async list(ctx) {
        const { importId, after, limit } = ctx.params;
        const rows = await this.store.find(
          { _id: { $gte: afterLine(importId, after), $lt: endOf(importId) } },
          { sort: { _id: 1 }, limit },
        );
        return rows.map(({ line, detail }) => ({ line, detail }));
      },
    },
  });
}
