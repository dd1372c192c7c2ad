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
import { type AdjustmentContext, applyAdjustment, isKnownKey, resumeAdjustment } from './apply-adjustment.ts';
import { effectOf } from './ledger.ts';
import { posting } from './posting.contract.ts';
import { newAdjustment, type StockAdjustment, stockAdjustments } from './stock-adjustment.ts';
import { correctionOf, linesOf } from './stock-adjustment-input.ts';

/** Each applies up to 32 lines at a time (apply-adjustment.ts). */
const MAX_CONCURRENT_ADJUSTMENTS = 2;

type PostingService = Self<{ store: Store<StockAdjustment>; worker: Worker }>;

const contextOf = ({ store, broker: rpc, worker }: PostingService): AdjustmentContext => ({
  store,
  rpc,
  background: worker.background,
});

/** Stock adjustments by staff: each request is applied once, without a time limit. */
export default function postingService(config: Config) {
  return service(posting, config, {
    mixins: [
      dueWork<StockAdjustment, PostingService>({
        queue: stockAdjustments,
        atOnce: MAX_CONCURRENT_ADJUSTMENTS,
        work({ _id }) {
          return resumeAdjustment(_id, contextOf(this));
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
        const [by, context] = [staffOf(ctx), contextOf(this)];
        const correction = await parseIdempotentRequest(
          () => correctionOf(ctx.params),
          () => isKnownKey({ by, key }, context),
        );
        const { outcomes } = await applyAdjustment(adjustmentOf(by, key, [{ sku, correction }]), context);
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
        const [by, context] = [staffOf(ctx), contextOf(this)];
        const counted = await parseIdempotentRequest(
          () => linesOf(lines),
          () => isKnownKey({ by, key }, context),
        );
        const { id, outcomes } = await applyAdjustment(adjustmentOf(by, key, counted), context);
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

const adjustmentOf = (by: string, key: string, lines: StockAdjustment['lines']): Omit<StockAdjustment, 'rev'> =>
  newAdjustment({ _id: newId('pst'), by, key, lines }, new Date());
