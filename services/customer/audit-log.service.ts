import type { Config } from '../../lib/config.ts';
import type { Params } from '../../lib/contract.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../lib/page.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { auditLog } from './audit-log.contract.ts';

type Begun = Omit<Params<'audit-log.begin'>, 'id'>;
type Came = Omit<Params<'audit-log.end'>, 'id'>;

/** One thing that a member of staff did. */
interface Entry extends Begun, Came {
  _id: string;
  rev: number;
  at: Date;
}

/** Until it is known what came of it. */
const STARTED = 'started';

/** Who of staff did what. Entries are added and ended, each once; nothing changes or removes them after that. */
export default function auditLogService(config: Config) {
  return service<{ store: Store<Entry> }>()(auditLog, config, {
    mixins: [
      store<Entry>(config, {
        node: 'customer',
        collection: 'audit-log',
        indexes: [{ fields: { staffId: 1, _id: -1 } }, { fields: { action: 1, _id: -1 } }],
      }),
    ],

    handlers: {
      async begin(ctx) {
        const { id, ...begun } = ctx.params;
        await this.store.insert({ _id: id, ...begun, outcome: STARTED, before: null, after: null, at: new Date() });
      },

      async end(ctx) {
        const { id, ...came } = ctx.params;
        await this.store.change(id, ({ outcome }) => ({
          answer: undefined,
          ...(outcome === STARTED ? { patch: came } : {}),
        }));
      },

      async list(ctx) {
        const { limit = DEFAULT_LIMIT, cursor, staffId, action } = ctx.params;
        const filter = {
          ...(staffId ? { staffId } : {}),
          ...(action ? { action } : {}),
          ...(cursor === undefined ? {} : { _id: { $lt: String(decodeCursor(cursor, ['string'])[0]) } }),
        };
        const found = await this.store.find(filter, { sort: { _id: -1 }, limit: limit + 1 });
        const { items, nextCursor } = page(found, limit, ({ _id }) => [_id]);
        return {
          items: items.map(({ _id: id, rev: _rev, at, ...entry }) => ({ id, ...entry, at: at.toISOString() })),
          nextCursor,
        };
      },
    },
  });
}
