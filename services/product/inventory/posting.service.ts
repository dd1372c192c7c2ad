import { parseIdempotentRequest } from '../../../lib/contract/fingerprint.ts';
import type { Self } from '../../../lib/contract/mixin.ts';
import { service, staffOf } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../mixins/due-work/queue.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { type AdjustmentKeeper, applyAdjustment, goOn, isKnownKey } from './adjustment-keeper.ts';
import { effectOf } from './ledger.ts';
import { posting } from './posting.contract.ts';
import { correctionOf, linesOf } from './posting-input.ts';
import { newPosting, type StockAdjustment, stockAdjustments } from './stock-adjustment.ts';

const PAUSE_MS = 1000;
/** Each has up to 32 lines on their way. */
const AT_ONCE = 2;

type This = Self<{ store: Store<StockAdjustment>; worker: Worker }>;

const keeperOf = ({ store, broker: rpc, worker }: This): AdjustmentKeeper => ({
  store,
  rpc,
  background: worker.background,
});

/** What staff does to the stock, each request once for good. */
export default function postingService(config: Config) {
  return service(posting, config, {
    mixins: [
      dueWork<StockAdjustment, This>({
        queue: stockAdjustments,
        every: PAUSE_MS,
        atOnce: AT_ONCE,
        work({ _id }) {
          return goOn(_id, keeperOf(this));
        },
      }),
      store<StockAdjustment>(config, {
        node: 'product',
        collection: 'postings',
        indexes: [{ fields: { by: 1, key: 1 }, unique: true }, { fields: { nextAt: 1 } }, PARKED_INDEX],
      }),
    ],

    handlers: {
      async move(ctx) {
        const { sku, idempotencyKey: key } = ctx.params;
        const [by, keeper] = [staffOf(ctx), keeperOf(this)];
        const correction = await parseIdempotentRequest(
          () => correctionOf(ctx.params),
          () => isKnownKey({ by, key }, keeper),
        );
        const { outcomes } = await applyAdjustment(draftOf(by, key, [{ sku, correction }]), keeper);
        const [outcome] = outcomes;
        if (!outcome || outcome.outcome === 'unknown') throw errors.notFound('This SKU');
        const { available, reserved, sold, quantity, seq, at } = outcome;
        if (outcome.outcome === 'short') throw errors.outOfStock([{ sku, requested: -quantity, available }]);
        const { kind, reason } = ctx.params;
        const before = available - effectOf({ kind, quantity }).available;
        recordChange(ctx, { available: before }, { available });
        return { sku, seq, kind, quantity, ...(reason ? { reason } : {}), at, available, reserved, sold };
      },

      async stocktake(ctx) {
        const { idempotencyKey: key, lines } = ctx.params;
        const [by, keeper] = [staffOf(ctx), keeperOf(this)];
        const counted = await parseIdempotentRequest(
          () => linesOf(lines),
          () => isKnownKey({ by, key }, keeper),
        );
        const { id, outcomes } = await applyAdjustment(draftOf(by, key, counted), keeper);
        const views = outcomes.map(({ sku, outcome, quantity, available, reserved, sold }, line) => ({
          sku,
          outcome: outcome === 'short' ? ('refused' as const) : outcome,
          counted: lines[line]?.counted ?? 0,
          difference: outcome === 'done' ? quantity : 0,
          ...{ available, reserved, sold },
        }));
        const differences = views.filter(({ difference }) => difference !== 0);
        recordChange(ctx, null, { id, differences: differences.map(({ sku, difference }) => ({ sku, difference })) });
        return { id, lines: views };
      },
    },
  });
}

/** The same member of staff and the same key: the same request, or a mistake. */
function draftOf(by: string, key: string, lines: StockAdjustment['lines']): Omit<StockAdjustment, 'rev'> {
  return newPosting({ _id: newId('pst'), by, key, lines }, new Date());
}
