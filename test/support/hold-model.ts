import { jest } from '@jest/globals';
import { loadConfig } from '../../lib/process/config.ts';
import { Pace } from '../../lib/process/pace.ts';
import { processDue } from '../../mixins/due-work/process-due.ts';
import type { Store } from '../../mixins/store/store.ts';
import inventoryService from '../../services/product/inventory/inventory.service.ts';
import type { Stock } from '../../services/product/inventory/stock.ts';
import { emptyReservable } from '../../services/shared/reservations.ts';
import cartService from '../../services/shopping/cart/cart.service.ts';
import { newCart } from '../../services/shopping/cart/cart.ts';
import couponService from '../../services/shopping/coupon/coupon.service.ts';
import { type Coupon, newCoupon } from '../../services/shopping/coupon/coupon.ts';
import holdService from '../../services/shopping/hold/hold.service.ts';
import { type Hold, newHold } from '../../services/shopping/hold/hold.ts';
import { holdQueue, reviewDueHold } from '../../services/shopping/hold/hold-keeper.ts';
import orderService from '../../services/shopping/order/order.service.ts';
import type { Order } from '../../services/shopping/order/order.ts';
import { processOrder, recoveryQueue } from '../../services/shopping/order/saga/recovery.ts';
import paymentService from '../../services/shopping/payment/payment.service.ts';
import type { LedgerEntry } from '../../services/shopping/payment/providers/sandbox/ledger-entry.ts';
import sandboxService from '../../services/shopping/payment/providers/sandbox/sandbox.service.ts';
import { Cluster, type Fate, type Process } from './model-cluster.ts';

export const START = Date.parse('2026-03-01T10:00:00Z');
const CUSTOMER = 'cus_1';
const WANTED = { MUG: 2, BOWL: 1 };
const config = loadConfig({
  NODE_ENV: 'test',
  TOKEN_SECRET: 'x'.repeat(32),
  SEED: 'false',
  HOLD_MINUTES: '15',
  PAYMENT_MINUTES: '1',
});
const schemas = [
  inventoryService(config),
  cartService(config),
  couponService(config),
  holdService(config),
  orderService(config, { firstResponseTimeoutMs: 0, settling: new Pace(async () => undefined) }),
  paymentService(config),
  sandboxService(config),
];
const STUBS = {
  'customer.address': () => ({
    ...{ id: 'adr', isDefault: true, name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
  }),
  'mail.queue': () => undefined,
  'customer.profile': () => ({ emailVerified: true }),
  'product.offers': ({ skus }: { skus: string[] }) =>
    skus.map((sku) => ({
      ...{ sku, productId: 'prd', slug: 'thing', title: 'Thing', variant: 'One', category: 'things', weight: 100 },
      ...{ price: { amount: 1999, currency: 'EUR' }, availability: 'in_stock', available: 9 },
    })),
};

export interface Turn {
  pick: number;
  fate: Fate;
}
export interface Plot {
  stock: Record<string, number>;
  /** How many holds are asked for at once. */
  holds: number;
  paymentMethod: string;
  /** The customer walks away with the hold made. */
  leaves?: boolean;
  /** The hold's end comes, and its keeper, at this turn after the order was sent. */
  expiresAt?: number;
}

/**
 * Holds and the orders that consume them, step by step in a model cluster: one customer holds, then orders, then asks
 * for the order again, while the turns say what becomes of each step. Needs Jest's fake clock.
 */
export class HoldShop {
  readonly wrong = new Set<string>();
  readonly #plot: Plot;
  readonly #cluster = new Cluster(schemas, STUBS, () => this.#auditNow());
  readonly #docs = {
    stock: this.#cluster.database.docs<Stock>('stock'),
    holds: this.#cluster.database.docs<Hold>('holds'),
    coupons: this.#cluster.database.docs<Coupon>('coupons'),
    orders: this.#cluster.database.docs<Order>('orders'),
    ledger: this.#cluster.database.docs<LedgerEntry>('sandbox-ledger'),
  };

  constructor(plot: Plot) {
    this.#plot = plot;
    const now = new Date();
    for (const [_id, available] of Object.entries(plot.stock)) {
      const stock = { ...emptyReservable(available), received: available, updatedAt: now };
      this.#docs.stock.set(_id, { _id, rev: 0, productId: 'prd', ...stock });
    }
    const items = Object.fromEntries(Object.entries(WANTED).map(([sku, quantity]) => [sku, { quantity }]));
    this.#cluster.database.insert('carts', { ...newCart(CUSTOMER, now), items });
    this.#cluster.database.insert('holds', newHold(CUSTOMER));
    const terms = { kind: 'fixed', amount: 100, limit: 1, perCustomer: 1 } as const;
    this.#cluster.database.insert('coupons', newCoupon('SAVE', terms, now));
  }

  /** Resolves to how many steps there were before the shop was left to itself. */
  async play(turns: readonly Turn[]): Promise<number> {
    const { holds, expiresAt, leaves } = this.#plot;
    const held = Promise.allSettled(Array.from({ length: holds }, (_, nth) => this.#ask('hold.put', {}, nth)));
    let [isHeld, since] = [false, 0];
    held.then(() => {
      isHeld = true;
    });
    for (const { pick, fate } of turns) {
      if (isHeld) {
        if (since === 0 && !leaves) this.#order(0);
        if (since === expiresAt) this.#expire();
        since += 1;
      }
      await this.#cluster.turn(pick, fate);
    }
    await this.#cluster.rest({ late: false });
    const steps = this.#cluster.steps;
    if (!leaves) this.#order(1);
    await this.#rest();
    this.#auditAtRest();
    return steps;
  }

  get order(): Order | undefined {
    return [...this.#docs.orders.values()][0];
  }

  #ask(action: string, params: object, process: number): Promise<unknown> {
    const user = { id: CUSTOMER, sessionId: 'ses', role: 'customer' };
    return this.#cluster.serve(this.#cluster.processes[process % 2] as Process, action, params, { user });
  }

  #order(process: number): void {
    const { paymentMethod } = this.#plot;
    const body = { idempotencyKey: 'once', addressId: 'adr', couponCodes: ['SAVE'], paymentMethod };
    this.#ask('order.place', body, process).catch((error) => this.#cluster.failures.push(error));
  }

  #expire(): void {
    jest.setSystemTime(START + config.holdTime);
    this.#keep(1);
  }

  #keep(process: 0 | 1): void {
    const { services } = this.#cluster.processes[process];
    const { store, broker: rpc } = (services.hold as NonNullable<typeof services.hold>).self;
    const failed = (error: unknown) => this.#cluster.failures.push(error);
    const keeper = { store: store as unknown as Store<Hold>, rpc };
    const work = (hold: Hold) => reviewDueHold(hold, keeper);
    processDue(holdQueue, { store: keeper.store, work, failed }, 50).catch(failed);
    const orders = (services.order as NonNullable<typeof services.order>).self;
    const shop = { store: orders.store as unknown as Store<Order>, rpc };
    const drive = (order: Order) => processOrder(order, shop);
    processDue(recoveryQueue(`node-${process}`), { store: shop.store, work: drive, failed }, 20).catch(failed);
  }

  /** Both keepers, as long as there is anything to keep: within the hold's time and two minutes. */
  async #rest(): Promise<void> {
    const end = Date.now() + config.holdTime + 120_000;
    for (; Date.now() <= end; jest.setSystemTime(Date.now() + 5000)) {
      await this.#cluster.rest({ late: true });
      if ([...this.#docs.holds.values(), ...this.#docs.orders.values()].every(({ nextAt }) => nextAt === null)) return;
      this.#keep(0);
      this.#keep(1);
    }
    this.wrong.add('a hold or an order has not ended');
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.wrong.add(what);
  }

  #auditNow(): void {
    for (const { _id, available, reserved, sold, res, received } of this.#docs.stock.values()) {
      this.#check(available + reserved + sold === received, `${_id} does not add up`);
      this.#check(Math.min(available, reserved, sold) >= 0, `${_id} is negative`);
      const sum = Object.values(res).reduce((a, b) => a + b, 0);
      this.#check(sum === reserved, `${_id} has reserved what nobody holds`);
    }
    for (const { _id, captured, refunded } of this.#docs.ledger.values()) {
      const kept = (sku: string, quantity: number) => {
        const { res = {}, done = {} } = this.#docs.stock.get(sku) ?? {};
        return res[_id] === quantity || done[_id] === 1;
      };
      const all = Object.entries(WANTED).every(([sku, quantity]) => kept(sku, quantity));
      this.#check(captured === refunded || all, 'stock was given back from under an order that has paid');
    }
  }

  #auditAtRest(): void {
    const paid = [...this.#docs.orders.values()].filter(({ state }) => state === 'PAID').length;
    this.#check(this.#docs.orders.size <= 1, 'there are two orders');
    for (const { _id, reserved, sold } of this.#docs.stock.values()) {
      this.#check(reserved === 0, `${reserved} ${_id} are still held`);
      this.#check(
        sold === paid * (WANTED[_id as keyof typeof WANTED] ?? 0),
        `${sold} ${_id} sold, ${paid} orders paid`,
      );
    }
    for (const { _id, reserved, sold } of this.#docs.coupons.values()) {
      this.#check(reserved === 0 && sold === paid, `${_id} has ${reserved} + ${sold} uses, ${paid} orders paid`);
    }
  }
}
