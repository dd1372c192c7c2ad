import type { Params } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import { store } from '../../../mixins/store/store.ts';
import { auditLog } from './audit-log.contract.ts';

type EntryStart = Omit<Params<'audit-log.begin'>, 'id'>;
type EntryOutcome = Omit<Params<'audit-log.end'>, 'id'>;

/**
 * One action of a member of staff. Parameters and change are JSON texts: their field names come from clients, and a
 * database does not accept every name.
 */
interface AuditEntry extends Omit<EntryStart, 'params'> {
  _id: string;
  rev: number;
  params: string;
  outcome: EntryOutcome['outcome'];
  change: string;
  at: Date;
}

const writeChange = ({ before, after }: Omit<EntryOutcome, 'outcome'>) => JSON.stringify({ before, after });
const UNKNOWN_CHANGE = writeChange({ before: null, after: null });

/** The outcome of an entry until the action ends. */
const STARTED_OUTCOME = 'started';

/** The log of staff actions. An entry is added and gets its outcome, each once; it is never changed or removed later. */
export default function auditLogService(config: Config) {
  return service(auditLog, config, {
    mixins: [
      store<AuditEntry>(config, {
        node: 'customer',
        collection: 'audit-log',
        indexes: [{ fields: { staffId: 1, _id: -1 } }, { fields: { action: 1, _id: -1 } }],
      }),
    ],

    handlers: {
      async begin(ctx) {
        const { id, params, ...start } = ctx.params;
        const fields = { ...start, params: JSON.stringify(params) };
        await this.store.insert({
          _id: id,
          ...fields,
          outcome: STARTED_OUTCOME,
          change: UNKNOWN_CHANGE,
          at: new Date(),
        });
      },

      async end(ctx) {
        const { id, outcome, ...change } = ctx.params;
        await this.store.change(id, (entry) => ({
          answer: undefined,
          ...(entry.outcome === STARTED_OUTCOME ? { patch: { outcome, change: writeChange(change) } } : {}),
        }));
      },

      async list(ctx) {
        const { limit, cursor, staffId, action } = ctx.params;
        const filter = { ...(staffId ? { staffId } : {}), ...(action ? { action } : {}) };
        const { items, nextCursor } = await this.store.page(filter, { limit, cursor, order: NEWEST_FIRST });
        return {
          items: items.map(({ _id: id, rev: _rev, at, params, change, ...entry }) => ({
            ...{ id, ...entry, at: at.toISOString() },
            params: JSON.parse(params) as EntryStart['params'],
            ...(JSON.parse(change) as Omit<EntryOutcome, 'outcome'>),
          })),
          nextCursor,
        };
      },
    },
  });
}
