import type { Result, Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';

/** A customer's request for a mail when a SKU is back in stock; removed when the mail is queued. */
export interface StockAlert {
  /** The id of the mail contains it, so queueing the mail again sends no second one. */
  _id: string;
  rev: number;
  /** Unique with `sku`. */
  customerId: string;
  sku: string;
  productId: string;
  createdAt: Date;
}

export const MAX_ALERTS_PER_CUSTOMER = 100;

const ALERTS_PER_READ = 500;
const MAILS_PER_BATCH = 20;

/** The dependencies of sending alerts. */
export interface AlertContext {
  store: Pick<Store<StockAlert>, 'find' | 'remove'>;
  rpc: Pick<Rpc, 'call'>;
  currencies: readonly string[];
}

/**
 * Checks the stock of every SKU with an alert, and notifies the customers whose SKU is available. It reads the stock
 * itself, so no event has to arrive.
 */
export async function notifyAll(context: AlertContext): Promise<void> {
  const { store } = context;
  for (let after = ''; ; ) {
    const page = await store.find(
      { sku: { $gt: after } },
      { sort: { sku: 1 }, limit: ALERTS_PER_READ, fields: ['sku'] },
    );
    const end = page.at(-1);
    if (!end) return;
    await notifyAvailable([...new Set(page.map(({ sku }) => sku))], context);
    if (page.length < ALERTS_PER_READ) return;
    after = end.sku;
  }
}

/** Notifies the customers who wait for one of these SKUs, which are available again. */
export async function notifyAwaited(skus: readonly string[], context: AlertContext): Promise<void> {
  const awaited = await context.store.find({ sku: { $in: skus } }, { fields: ['sku'] });
  await notifyAvailable([...new Set(awaited.map(({ sku }) => sku))], context);
}

/** Notifies the customers who wait for one of these SKUs, if it is available. */
async function notifyAvailable(skus: readonly string[], context: AlertContext): Promise<void> {
  if (skus.length === 0) return;
  const levels = await context.rpc.call('inventory.current', { skus: [...skus] });
  for (const { sku, available } of levels) if (available > 0) await notifyWaiting(sku, context);
}

/** Queues the mail, then removes the alert: after a crash in between, the same mail is queued again. */
async function notifyWaiting(sku: string, { store, rpc, currencies }: AlertContext): Promise<void> {
  const nextBatch = () => store.find({ sku }, { limit: MAILS_PER_BATCH, fields: ['_id', 'customerId'] });
  for (let alerts = await nextBatch(); alerts.length > 0; alerts = await nextBatch()) {
    const offer = await findOffer(sku, { rpc, currencies });
    if (!offer) return; // not sold now: the alerts stay
    const { slug, title, variant } = offer;
    await Promise.all(
      alerts.map(({ _id, customerId }) =>
        rpc.call('mail.queue', {
          id: `back-in-stock:${_id}`,
          customerId,
          kind: 'back-in-stock',
          article: { slug, title, variant },
        }),
      ),
    );
    await store.remove({ _id: { $in: alerts.map(({ _id }) => _id) } });
  }
}

/** The offer of a SKU in the first currency that it is sold in; undefined if it is not sold. */
export async function findOffer(
  sku: string,
  { rpc, currencies }: Pick<AlertContext, 'rpc' | 'currencies'>,
): Promise<Result<'product.offers'>[number] | undefined> {
  for (const currency of currencies) {
    const [offer] = await rpc.call('product.offers', { skus: [sku], currency });
    if (offer) return offer;
  }
  return undefined;
}

export const alertView = ({ sku, productId, createdAt }: Omit<StockAlert, 'rev'>) => ({
  sku,
  productId,
  createdAt: createdAt.toISOString(),
});
