import type { Params } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import { store } from '../../../mixins/store/store.ts';
import { auditLog } from './audit-log.contract.ts';

type Begun = Omit<Params<'audit-log.begin'>, 'id'>;
type Came = Omit<Params<'audit-log.end'>, 'id'>;

/**
 * One thing that a member of staff did. What it was done with is kept as JSON: names that somebody has thought up may be
 * none that a database takes.
 */
interface Entry extends Omit<Begun, 'params'> {
  _id: string;
  rev: number;
  params: string;
  outcome: Came['outcome'];
  change: string;
  at: Date;
}

/** What was there before and after, as far as it is known. */
const changeOf = ({ before, after }: Omit<Came, 'outcome'>) => JSON.stringify({ before, after });
const UNKNOWN = changeOf({ before: null, after: null });

/** Until it is known what came of it. */
const STARTED = 'started';

/** Who of staff did what. Entries are added and ended, each once; nothing changes or removes them after that. */
export default function auditLogService(config: Config) {
  return service(auditLog, config, {
    mixins: [
      store<Entry>(config, {
        node: 'customer',
        collection: 'audit-log',
        indexes: [{ fields: { staffId: 1, _id: -1 } }, { fields: { action: 1, _id: -1 } }],
      }),
    ],

    handlers: {
      async begin(ctx) {
        const { id, params, ...begun } = ctx.params;
        const said = { ...begun, params: JSON.stringify(params) };
        await this.store.insert({ _id: id, ...said, outcome: STARTED, change: UNKNOWN, at: new Date() });
      },

      async end(ctx) {
        const { id, outcome, ...came } = ctx.params;
        await this.store.change(id, (entry) => ({
          answer: undefined,
          ...(entry.outcome === STARTED ? { patch: { outcome, change: changeOf(came) } } : {}),
        }));
      },

      async list(ctx) {
        const { limit, cursor, staffId, action } = ctx.params;
        const filter = { ...(staffId ? { staffId } : {}), ...(action ? { action } : {}) };
        const { items, nextCursor } = await this.store.page(filter, { limit, cursor, order: NEWEST_FIRST });
        return {
          items: items.map(({ _id: id, rev: _rev, at, params, change, ...entry }) => ({
            ...{ id, ...entry, at: at.toISOString() },
            params: JSON.parse(params) as Begun['params'],
            ...(JSON.parse(change) as Omit<Came, 'outcome'>),
          })),
          nextCursor,
        };
      },
    },
  });
}
