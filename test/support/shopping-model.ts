import { jest } from '@jest/globals';
import { loadConfig } from '../../lib/process/config.ts';
import { Pace } from '../../lib/process/pace.ts';
import { processDue } from '../../mixins/due-work/process-due.ts';
import type { Decision } from '../../mixins/store/changes.ts';
import type { Store } from '../../mixins/store/store.ts';
import inventoryService from '../../services/product/inventory/inventory.service.ts';
import type { Stock } from '../../services/product/inventory/stock.ts';
import { emptyReservable } from '../../services/shared/reservations.ts';
import cartService from '../../services/shopping/cart/cart.service.ts';
import { type Cart, newCart } from '../../services/shopping/cart/cart.ts';
import { takeFulfilmentStep } from '../../services/shopping/order/fulfilment.ts';
import orderService from '../../services/shopping/order/order.service.ts';
import { ORDER_LEASE_MS, type Order } from '../../services/shopping/order/order.ts';
import { requestReturn } from '../../services/shopping/order/refund/returns.ts';
import { processOrder, recoveryQueue } from '../../services/shopping/order/saga/recovery.ts';
import { awaitsCustomer, triesOf } from '../../services/shopping/order/session/payment-tries.ts';
import paymentService from '../../services/shopping/payment/payment.service.ts';
import { orderIdOfKey } from '../../services/shopping/payment/payment-key.ts';
import type { LedgerEntry } from '../../services/shopping/payment/providers/sandbox/ledger-entry.ts';
import sandboxService from '../../services/shopping/payment/providers/sandbox/sandbox.service.ts';
import type { TestToken } from '../../services/shopping/payment/providers/sandbox/sandbox-tokens.ts';
import { claimsLine } from '../../services/shopping/payment/receivables/claims.ts';
import receivableService from '../../services/shopping/payment/receivables/receivable.service.ts';
import { type Receivable, receivedOf, surplusOf } from '../../services/shopping/payment/receivables/receivable.ts';
import { Cluster, type Fate, type Process } from './model-cluster.ts';

type Lines = Record<string, number>;

export interface Buyer {
  wants: Lines;
  /** The bank declines. */
  broke: boolean;
  /** How many times the order is sent, at once, to both processes. */
  sent: number;
  /** The test token it is paid by, when that is another than one that is captured or declined. */
  method?: TestToken | 'transfer';
  /** How many tabs it is sent from, each with a key of its own. One when left out. */
  tabs?: number;
}

export type Meanwhile =
  | 'nothing'
  | 'recover'
  | 'freeze'
  | 'ask again'
  | 'add to cart'
  | 'minutes pass'
  | 'pay again'
  | 'answer the challenge';

/** What happens between two steps, and then which step is next and what becomes of it. */
export interface Turn {
  pick: number;
  fate: Fate;
  meanwhile: Meanwhile;
}

export interface Story {
  stock: Lines;
  /** The SKU whose stock takes every order for one that ended long ago. */
  forgetful: string | null;
  buyers: Buyer[];
  /** Every order is placed in peace, and cancelled under the story's turns. */
  cancelled?: boolean;
  /** Every order is placed in peace, and paid again by this method under the story's turns, by both processes at once. */
  paidAgain?: TestToken;
  /** Every order is placed in peace, and staff books its bank transfer in two parts, and too much, under the story's turns. */
  booked?: boolean;
  /** Every order is placed and shipped in peace; all of it is sent back, and some refunded before, under the story's turns. */
  returned?: boolean;
  turns: Turn[];
}

const config = loadConfig({
  ...{ NODE_ENV: 'test', TOKEN_SECRET: 'x'.repeat(32), SEED: 'false', PAYMENT_MINUTES: '3' },
  ...{
    PAYMENT_PROVIDERS: 'sandbox,transfer',
    TRANSFER_IBAN: 'DE02120300000000202051',
    TRANSFER_HOLDER: 'Shop Ltd',
    TRANSFER_DAYS: '1',
  },
});
const schemas = [
  inventoryService(config),
  cartService(config),
  // A repeated request that waited for the first, and a group of orders, would begin by the clock, and not by the story.
  orderService(config, { firstResponseTimeoutMs: 0, settling: new Pace(async () => undefined) }),
  paymentService(config),
  sandboxService(config),
  receivableService(config),
];
const PRICES: Lines = { MUG: 1999, BOWL: 5 };
const STUBS = {
  'credit-note.issue': () => ({ number: 'CN-2026-000001' }),
  'customer.address': () => ({
    ...{ id: 'adr', isDefault: true, name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
  }),
  'hold.consume': () => ({ orderId: null }),
  'audit-log.begin': () => ({ id: 'aud' }),
  'audit-log.end': () => undefined,
  'mail.queue': () => undefined,
  'invoice.issue': () => ({ number: '2026-000001' }),
  'product.offers': ({ skus }: { skus: string[] }) =>
    skus.map((sku) => {
      const what = { productId: 'prd', slug: 'thing', title: 'Thing', variant: 'One', category: 'things', weight: 100 };
      const price = { amount: PRICES[sku] ?? 0, currency: 'EUR' };
      return { sku, ...what, price, availability: 'in_stock', available: 9 };
    }),
};

const OTHER_METHODS: readonly TestToken[] = ['tok_approve', 'tok_decline', 'tok_challenge', 'tok_two_step'];

/** What a customer transfers too much. */
const SURPLUS = 50;

const customerId = (buyer: number) => `cus_${buyer}`;
const keyOf = (tab: number) => `tab ${tab}`;
/** The key as it was sent: a mutation makes each order's key another one, which the check must see through. */
const keyPartOf = (idemKey: string) => idemKey.slice(0, keyOf(0).length);
const total = (counts: Lines) => Object.values(counts).reduce((a, b) => a + b, 0);

/**
 * A story played in a model cluster, and what it left in the books. Needs Jest's fake clock: no time passes but what
 * the story says. I1 to I10 and I15 are the shop's invariants, as docs/architecture.md numbers them.
 */
export class ModelShop {
  /** What was against the books, at any moment. */
  readonly wrong = new Set<string>();
  readonly #story: Story;
  readonly #cluster: Cluster;
  readonly #stocks: Map<string, Stock>;
  readonly #orders: Map<string, Order>;
  readonly #ledger: Map<string, LedgerEntry>;
  readonly #receivables: Map<string, Receivable>;
  readonly #carts: Map<string, Cart>;
  /** What each buyer was told, by status of the order or type of the problem. */
  readonly #told: { buyer: number; key: string; word: string; orderId?: string }[] = [];
  #peacefulSteps = 0;
  readonly #asked: (() => Promise<unknown>)[] = [];
  readonly #added = new Map<string, number>();

  constructor(story: Story) {
    this.#story = story;
    this.#cluster = new Cluster(schemas, STUBS, () => this.#auditNow());
    const { database } = this.#cluster;
    this.#stocks = database.docs('stock');
    this.#orders = database.docs('orders');
    this.#ledger = database.docs('sandbox-ledger');
    this.#receivables = database.docs('receivables');
    this.#carts = database.docs('carts');
    for (const [_id, available] of Object.entries(story.stock)) {
      const prunedThrough = _id === story.forgetful ? 'ord_Z' : '';
      const fresh = { ...emptyReservable(available), prunedThrough, received: available, updatedAt: new Date() };
      this.#stocks.set(_id, { _id, rev: 0, productId: 'prd', ...fresh });
    }
    for (const [buyer, { wants }] of story.buyers.entries()) {
      const _id = customerId(buyer);
      const items = Object.fromEntries(Object.entries(wants).map(([sku, quantity]) => [sku, { quantity }]));
      this.#carts.set(_id, { ...newCart(_id, new Date()), items });
    }
  }

  /** How many database operations and messages there were, without those that went in peace. */
  get steps() {
    return this.#cluster.steps - this.#peacefulSteps;
  }

  get failures() {
    return this.#cluster.failures;
  }

  /** Plays the story, and then lets the shop come to rest: first without those who are frozen or late. */
  async play(): Promise<void> {
    for (const [buyer, { sent, tabs = 1 }] of this.#story.buyers.entries()) {
      for (let nth = 0; nth < sent * tabs; nth++) this.#order(buyer, this.#process(nth), keyOf(nth % tabs));
    }
    if (this.#story.cancelled) {
      await this.#rest({ late: true, waits: true });
      this.#peacefulSteps = this.#cluster.steps;
      for (const { _id, customerId: id } of this.#orders.values()) this.#cancel(_id, id);
    }
    if (this.#story.returned) await this.#sendBack();
    const { paidAgain } = this.#story;
    if (paidAgain) {
      await this.#rest({ late: true, waits: true });
      this.#peacefulSteps = this.#cluster.steps;
      for (const { _id, customerId: id } of this.#orders.values()) this.#payAgain(_id, id, paidAgain);
    }
    if (this.#story.booked) {
      await this.#rest({ late: true, waits: true });
      this.#peacefulSteps = this.#cluster.steps;
      for (const { _id, totals } of this.#orders.values()) this.#book(_id, totals.total.amount);
    }
    const waits = paidAgain !== undefined || this.#story.booked === true;
    for (const { pick, fate, meanwhile } of this.#story.turns) {
      this.#happens(meanwhile, pick);
      await this.#cluster.turn(pick, fate);
    }
    const [one, two] = this.#cluster.processes;
    if (one.frozen && two.frozen) this.#cluster.freeze(one, false);
    await this.#rest({ late: false, waits });
    for (const process of [one, two]) this.#cluster.freeze(process, false);
    await this.#rest({ late: true, waits });
    for (const ask of this.#asked) ask().catch((error) => this.failures.push(error));
    if (this.#asked.length > 0) await this.#rest({ late: true });
    this.#auditAtRest();
  }

  /**
   * Recovery runs until no order is due, for at most the minute of I8. It does not count while all orders wait for their
   * customers. @param waits until then alone
   */
  async #rest({ waits = false, ...options }: { late: boolean; waits?: boolean }): Promise<void> {
    let until = Date.now() + 60_000;
    while (Date.now() <= until) {
      await this.#cluster.rest(options);
      const open = [...this.#orders.values()].filter(({ nextAt }) => nextAt !== null);
      const isWaiting = open.every(awaitsCustomer);
      if (open.length === 0 || (waits && isWaiting)) return;
      const pause = isWaiting
        ? Math.max(1000, Math.min(...open.map(({ nextAt }) => Number(nextAt))) - Date.now())
        : 1000;
      if (isWaiting) until += pause;
      jest.setSystemTime(Date.now() + pause);
      this.#recover(this.#cluster.processes.find(({ frozen }) => !frozen) as Process);
    }
    this.wrong.add('I8 an order has not ended after a minute');
  }

  #process = (pick: number): Process => this.#cluster.processes[pick % 2 === 0 ? 0 : 1];

  #happens(what: Meanwhile, pick: number): void {
    const buyer = Math.abs(pick) % this.#story.buyers.length;
    const process = this.#process(pick);
    if (what === 'minutes pass') jest.setSystemTime(Date.now() + 170_000);
    else if (what === 'recover') {
      jest.setSystemTime(Date.now() + ORDER_LEASE_MS);
      this.#recover(process);
    } else if (what === 'freeze') this.#cluster.freeze(process, !process.frozen);
    else if (what === 'ask again') {
      const { tabs = 1 } = this.#story.buyers[buyer] as Buyer;
      this.#order(buyer, process, keyOf(Math.abs(pick) % tabs));
    } else if (what === 'add to cart') this.#addMug(customerId(buyer));
    else if (what === 'pay again') this.#chooseAnother(buyer, process, pick);
    else if (what === 'answer the challenge') this.#answerChallenge(process, pick);
  }

  #recover({ name, services }: Process): void {
    const { store, broker: rpc } = (services.order as NonNullable<typeof services.order>).self;
    const failed = (error: unknown) => this.failures.push(error);
    const shop = { store: store as unknown as Store<Order>, rpc };
    const work = (order: Order) => processOrder(order, shop);
    processDue(recoveryQueue(name), { store: shop.store, work, failed }, 20).catch(failed);
  }

  #order(buyer: number, process: Process, key: string): void {
    const user = { id: customerId(buyer), sessionId: 'ses', role: 'customer' };
    const { broke, method = broke ? 'tok_decline' : 'tok_approve' } = this.#story.buyers[buyer] as Buyer;
    const body = { idempotencyKey: key, addressId: 'adr', paymentMethod: method };
    const answer = this.#cluster.serve(process, 'order.place', body, { user });
    (answer as Promise<{ id: string; status: string }>).then(
      ({ id, status }) => this.#told.push({ buyer, key, word: status, orderId: id }),
      ({ type }) => this.#told.push({ buyer, key, word: type ?? 'an error' }),
    );
  }

  /** What the customer is told of it is no matter: it is asked for again. */
  #cancel(id: string, customer: string): void {
    const user = { id: customer, sessionId: 'ses', role: 'customer' };
    const asked = () => this.#cluster.serve(this.#process(0), 'order.cancel', { id }, { user });
    asked().catch((error) => this.failures.push(error));
    this.#asked.push(asked);
  }

  /** The customer chooses another method, and is impatient. */
  #payAgain(id: string, customer: string, paymentMethod: string): void {
    const user = { id: customer, sessionId: 'ses', role: 'customer' };
    const body = { id, paymentMethod, idempotencyKey: 'again' };
    const asked = (process: number) => this.#cluster.serve(this.#process(process), 'order.pay', body, { user });
    for (const nth of [0, 1]) asked(nth).catch((error) => this.failures.push(error));
    this.#asked.push(() => asked(0));
  }

  /** Staff books two parts at once, and is impatient. */
  #book(id: string, total: number): void {
    const user = { id: 'cus_staff', sessionId: 'ses', role: 'staff' };
    for (const [nth, amount] of [1000, total - 1000 + SURPLUS].entries()) {
      const statement = { amount, date: '2026-03-01', bankReference: 'NTRF' };
      const body = { id, idempotencyKey: `part ${nth}`, ...statement };
      const asked = () => this.#cluster.serve(this.#process(nth), 'receivable.bookReceipt', body, { user });
      asked().catch((error) => this.failures.push(error));
      this.#asked.push(asked);
    }
  }

  /** A customer chooses another method for an order. Whether that is still possible is no matter. */
  #chooseAnother(buyer: number, process: Process, pick: number): void {
    const order = [...this.#orders.values()].find((one) => one.customerId === customerId(buyer));
    if (!order) return;
    const user = { id: order.customerId, sessionId: 'ses', role: 'customer' };
    const nth = Math.abs(pick) % OTHER_METHODS.length;
    const body = { id: order._id, paymentMethod: OTHER_METHODS[nth], idempotencyKey: `again ${nth}` };
    this.#cluster.serve(process, 'order.pay', body, { user }).catch(() => undefined);
  }

  #answerChallenge(process: Process, pick: number): void {
    const open = [...this.#ledger.values()].filter(({ state }) => state === 'challenge');
    const entry = open[Math.abs(pick) % Math.max(1, open.length)];
    if (!entry) return;
    const body = { key: entry._id, approved: pick % 3 !== 0 };
    this.#cluster.serve(process, 'sandbox.answer', body, {}).catch(() => undefined);
  }

  /** What the provider has of an order, by all tries to pay it. */
  #moneyOf(order: Order): { captured: number; refunded: number } {
    const receivable = this.#receivables.get(order._id);
    const charges = [
      ...triesOf(order).flatMap(({ key }) => this.#ledger.get(key) ?? []),
      ...(receivable ? [claimsLine(receivable, 'transfer')] : []),
    ].filter((one) => one !== null);
    const [captured, refunded] = [charges.map((one) => one.captured), charges.map((one) => one.refunded)].map(
      (amounts) => amounts.reduce((a, b) => a + b, 0),
    );
    const paying = charges.filter((one) => one.captured > one.refunded);
    this.#check(paying.length <= 1, 'I5 an order is paid by two tries');
    return { captured: captured ?? 0, refunded: refunded ?? 0 };
  }

  /** Ships every order, has it asked back piece by piece, and leaves the refunds to the story's turns. */
  async #sendBack(): Promise<void> {
    await this.#rest({ late: true });
    this.#peacefulSteps = this.#cluster.steps;
    const by = { role: 'staff', id: 'cus_staff' } as const;
    for (const { _id: id, lines } of this.#orders.values()) {
      this.#decide(id, (order, now) => takeFulfilmentStep(order, { to: 'PACKED' }, by, now));
      const shipped = { to: 'SHIPPED', carrier: 'Post', trackingNumber: 'RR1' } as const;
      this.#decide(id, (order, now) => takeFulfilmentStep(order, shipped, by, now));
      const pieces = lines.flatMap(({ sku, quantity }) => Array<string>(quantity).fill(sku));
      for (const [nth, sku] of pieces.entries()) {
        const request = { id: `ret_${nth}`, key: `key ${nth}`, items: [{ sku, quantity: 1 }], reason: 'too small' };
        this.#decide(id, (order, now) => requestReturn(order, request, now));
      }
      const [line] = lines;
      const part = [{ sku: line?.sku, amount: Math.ceil((line?.total.amount ?? 0) / 3) }];
      const asked = [
        () => this.#ask('order.refund', { id, idempotencyKey: 'scratch', lines: part, reason: 'scratched' }),
        ...pieces.map((_, nth) => () => this.#ask('order.approveReturn', { id, returnId: `ret_${nth}` })),
      ];
      for (const ask of asked) ask();
      this.#asked.push(...asked.map((ask) => async () => ask()));
    }
  }

  /** Changes an order at once, with nothing left to do elsewhere. */
  #decide(id: string, decide: (order: Order, now: Date) => Decision<Order>): void {
    const order = this.#orders.get(id) as Order;
    const { patch } = decide(order, new Date());
    this.#orders.set(id, { ...order, ...patch, outbox: [], nextAt: null, rev: order.rev + 1 });
  }

  /** Staff does something with an order. */
  #ask(action: string, params: object): void {
    const user = { id: 'cus_staff', sessionId: 'ses', role: 'staff' };
    this.#cluster.serve(this.#process(0), action, params, { user }).catch((error) => this.failures.push(error));
  }

  /** One more, in another browser. */
  #addMug(id: string): void {
    const cart = this.#carts.get(id) as Cart;
    const items = { ...cart.items, MUG: { quantity: (cart.items.MUG?.quantity ?? 0) + 1 } };
    this.#carts.set(id, { ...cart, items, rev: cart.rev + 1 });
    this.#added.set(id, (this.#added.get(id) ?? 0) + 1);
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.wrong.add(what);
  }

  /** What holds at every moment. */
  #auditNow(): void {
    for (const { _id, available, reserved, sold, res } of this.#stocks.values()) {
      this.#check(available + reserved + sold === this.#story.stock[_id], `I1 ${_id} does not add up`);
      this.#check(Math.min(available, reserved, sold) >= 0, `I1 ${_id} is negative`);
      this.#check(reserved === total(res), `I2 ${_id} has reserved what nobody holds`);
    }
    const keys = new Set(
      [...this.#orders.values()].map(({ customerId, idemKey }) => `${customerId} ${keyPartOf(idemKey)}`),
    );
    this.#check(keys.size === this.#orders.size, 'I4 a key has two orders');
    for (const { _id, captured, refunded, method } of this.#ledger.values()) {
      const order = this.#orders.get(orderIdOfKey(_id) ?? '');
      const known = order !== undefined && triesOf(order).some(({ key }) => key === _id);
      this.#check(known, 'I5 a charge is not under the key of an order');
      const kept = order?.lines.every(({ sku, quantity }) => this.#keeps(sku, order._id, quantity));
      // Goods do not wait for money that the provider will never give back.
      const isOwed = captured > refunded && method !== 'tok_refund_refused';
      if (isOwed) this.#check(kept === true, 'money was taken for goods that are not kept');
    }
    for (const order of this.#orders.values()) {
      const { state, lines, shipping, refunds } = order;
      for (const { sku, total } of lines) {
        const parts = refunds.flatMap((refund) => refund.lines?.filter((line) => line.sku === sku) ?? []);
        const refunded = parts.reduce((sum, { amount }) => sum + amount, 0);
        this.#check(refunded <= total.amount, `I17 a line of ${total.amount} is refunded by ${refunded}`);
      }
      const ofDelivery = refunds.reduce((sum, refund) => sum + (refund.shipping ?? 0), 0);
      this.#check(ofDelivery <= shipping.total.amount, 'I17 the delivery is refunded twice');
      const { captured, refunded } = this.#moneyOf(order);
      const open = triesOf(order).filter((one) => one.state === 'OPEN' || one.state === 'ENDING').length;
      const isOpen = state === 'PENDING' || state === 'REJECTING';
      this.#check(open <= (isOpen ? 1 : 0), `I18 ${open} tries of an order that is ${state} can be charged`);
      const done = refunds.filter((refund) => refund.state === 'DONE').reduce((sum, one) => sum + one.amount.amount, 0);
      this.#check(done <= refunded, 'an order has a refund as DONE that the provider has not made');
      if (state === 'PAID') this.#check(captured > refunded, 'an order is PAID without money');
      const isKept = refunds.some((refund) => refund.state === 'FAILED');
      if (state === 'REJECTED')
        this.#check(captured === refunded || isKept, 'an order is REJECTED and was not refunded');
    }
  }

  /** The stock has it for the order, or has sold it to the order, as far as it remembers. */
  #keeps(sku: string, orderId: string, quantity: number): boolean {
    const { res, done, prunedThrough } = this.#stocks.get(sku) as Stock;
    const forgotten = done[orderId] === undefined && orderId <= prunedThrough;
    return res[orderId] === quantity || done[orderId] === 1 || forgotten;
  }

  #auditAtRest(): void {
    const orders = [...this.#orders.values()];
    const bought = new Map<string, Lines>();
    const gone = new Map<string, Lines>();
    for (const order of orders) {
      const { customerId, state, lines, totals, outbox, lease, refunds } = order;
      const paid = state === 'PAID';
      const end = this.#story.cancelled ? 'CANCELLED' : this.#story.returned ? 'SHIPPED' : 'PAID';
      const final = [end, 'REJECTED'];
      this.#check(final.includes(state), `I8 an order is ${state}`);
      const { captured, refunded } = this.#moneyOf(order);
      const isRefused = refunds.some((refund) => refund.state === 'FAILED');
      const due = paid || isRefused ? totals.total.amount : 0;
      this.#check(captured - refunded === due, `I6 ${captured - refunded} for ${state}`);
      const receivable = this.#receivables.get(order._id);
      if (this.#story.booked && receivable) {
        const came = receivedOf(receivable);
        this.#check(came === totals.total.amount + SURPLUS, `${came} of ${totals.total.amount} and more is booked`);
        this.#check(surplusOf(receivable) === SURPLUS, `${surplusOf(receivable)} has to be sent back`);
      }
      this.#check(outbox.length === 0 && lease === null, 'I10 an order has something left to do');
      for (const sums of [...(paid ? [bought] : []), ...(state === 'REJECTED' ? [] : [gone])]) {
        const sum = sums.get(customerId) ?? {};
        for (const { sku, quantity } of lines) sum[sku] = (sum[sku] ?? 0) + quantity;
        sums.set(customerId, sum);
      }
    }
    for (const { _id, sold, reserved } of this.#stocks.values()) {
      const due = [...bought.values()].reduce((sum, lines) => sum + (lines[_id] ?? 0), 0);
      this.#check(sold === due, `I3 ${sold} ${_id} sold, paid orders have ${due}`);
      this.#check(reserved === 0, `I9 ${reserved} ${_id} held for orders that have ended`);
    }
    for (const [buyer, { wants }] of this.#story.buyers.entries()) {
      const id = customerId(buyer);
      for (const sku of Object.keys(PRICES)) {
        const put = (wants[sku] ?? 0) + (sku === 'MUG' ? (this.#added.get(id) ?? 0) : 0);
        const left = this.#carts.get(id)?.items[sku]?.quantity ?? 0;
        const ordered = gone.get(id)?.[sku] ?? 0;
        this.#check(ordered <= put, `I15 living orders have ${ordered} ${sku}, their cart had ${put}`);
        this.#check(left === put - ordered, `a cart has ${left} ${sku} of ${put}`);
      }
    }
    for (const { buyer, key, word, orderId } of this.#told) {
      const own = orders.filter((order) => order.customerId === customerId(buyer));
      const order = own.find(({ idemKey }) => keyPartOf(idemKey) === key);
      const others = own.filter(({ idemKey }) => keyPartOf(idemKey) !== key);
      if (['order-open', 'empty-cart'].includes(word)) {
        this.#check(others.length > 0, `a customer was told ${word}, and there is no other order`);
        continue;
      }
      const outcome = order?.rejection?.code ?? order?.state ?? 'nothing';
      const open = ['an error', 'REQUEST_TIMEOUT', 'request-in-progress', 'PENDING'].includes(word);
      this.#check(
        open || word === outcome || outcome === 'CANCELLED' || outcome === 'SHIPPED',
        `a customer was told ${word}, and it is ${outcome}`,
      );
      this.#check(orderId === undefined || orderId === order?._id, 'I7 an acknowledged order is not there');
    }
  }
}
