import type { Result, Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';

/** A customer waits for a SKU to come back; gone once the mail is on its way. */
export interface StockAlert {
  /** The mail's id is made of it: one alert is one mail, however often that is asked for. */
  _id: string;
  rev: number;
  /** Unique with `sku`. */
  customerId: string;
  sku: string;
  productId: string;
  createdAt: Date;
}

/** As many as a customer may wait for. */
export const MOST_ALERTS = 100;

const PAGE = 500;
/** Mails that are queued at a time. */
const AT_ONCE = 20;

export interface Waiters {
  store: Pick<Store<StockAlert>, 'find' | 'remove'>;
  rpc: Pick<Rpc, 'call'>;
  currencies: readonly string[];
}

/**
 * Looks at every SKU that somebody waits for, and tells those whose SKU is there. What is looked at is the stock, not
 * what is said of it: no event has to arrive.
 */
export async function tellAll(waiters: Waiters): Promise<void> {
  const { store } = waiters;
  for (let last = ''; ; ) {
    const page = await store.find({ sku: { $gt: last } }, { sort: { sku: 1 }, limit: PAGE, fields: ['sku'] });
    const end = page.at(-1);
    if (!end) return;
    await tellOf([...new Set(page.map(({ sku }) => sku))], waiters);
    if (page.length < PAGE) return;
    last = end.sku;
  }
}

/** Tells those who wait for one of these SKUs, if it is there. */
async function tellOf(skus: readonly string[], waiters: Waiters): Promise<void> {
  const levels = await waiters.rpc.call('inventory.current', { skus: [...skus] });
  for (const { sku, available } of levels) if (available > 0) await tellWaiters(sku, waiters);
}

/** First the mail is queued, then the alert goes: after a crash in between it is the same mail again. */
async function tellWaiters(sku: string, { store, rpc, currencies }: Waiters): Promise<void> {
  const waiting = () => store.find({ sku }, { limit: AT_ONCE, fields: ['_id', 'customerId'] });
  for (let told = await waiting(); told.length > 0; told = await waiting()) {
    const offer = await offerOf(sku, { rpc, currencies });
    if (!offer) return; // it is not sold now; they go on waiting
    const { slug, title, variant } = offer;
    await Promise.all(
      told.map(({ _id, customerId }) =>
        rpc.call('mail.queue', {
          id: `back-in-stock:${_id}`,
          customerId,
          kind: 'back-in-stock',
          article: { slug, title, variant },
        }),
      ),
    );
    await store.remove({ _id: { $in: told.map(({ _id }) => _id) } });
  }
}

/** What a SKU is, in whichever currency it is sold. */
export async function offerOf(
  sku: string,
  { rpc, currencies }: Pick<Waiters, 'rpc' | 'currencies'>,
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
