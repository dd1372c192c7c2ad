import type { ActionContract, Actions, EventContract, Events } from '../../lib/contract/contract.ts';
import { contracts } from '../../services/contracts.ts';

/** What the largest answer of an action is like, and why it gets through a cluster. */
export type Largest =
  /** At most so many bytes, which one message takes. */
  | { bytes: number }
  /** It takes several messages: asked for in test/integration/largest-answers.test.ts. */
  | 'asked'
  /** As large as that of an action which is asked for. */
  | { like: keyof Actions }
  /** Its callers are on the node of the service. */
  | 'within its node';

const KIB = 1024;
const list = (count: number, bytesEach: number): Largest => ({ bytes: count * bytesEach });
/** JSON takes three bytes for most of the characters that are not ASCII. */
const text = (characters: number): number => 3 * characters;

const ADDRESS = text(9 * 120) + 2 * KIB;
const IMAGE = text(300) + 500;
const CART_LINE = text(200 + 120) + 600;
const ofOrder = { like: 'order.place' } as const;
const ofProduct = { like: 'product.edit' } as const;
const ofExport = { like: 'customer.export' } as const;

/** Actions whose answers have lists or records, but those whose lists are cut by bytes. */
export const ANSWERS: { [K in keyof Actions]?: Largest } = {
  'api.readiness': list(10, 200),
  'api.jwks': list(10, 2 * KIB),
  'countries.list': 'within its node',
  'countries.get': list(1, 20 * KIB),
  'breaker.list': list(1000, 150),
  /** 30 of each of the queues of a node, of which none has more than four. */
  'due.list': list(4 * 30, text(200) + 300),
  'customer.sessions': list(20, text(256) + 300),
  'customer.revocations': 'asked',
  'customer.consents': list(10, KIB),
  'customer.setConsent': list(10, KIB),
  'customer.addresses': 'asked',
  'customer.address': list(1, ADDRESS),
  'customer.addAddress': list(1, ADDRESS),
  'customer.replaceAddress': list(1, ADDRESS),
  'customer.wishlist': 'asked',
  'customer.export': 'asked',
  'order.exportGuest': ofExport,
  'mail.parked': 'asked',
  'mail.export': ofExport,
  'product.read': ofProduct,
  'product.create': ofProduct,
  'product.edit': 'asked',
  'product.archive': ofProduct,
  'product.restore': ofProduct,
  'product.schedulePrice': ofProduct,
  'product.unschedulePrice': ofProduct,
  'product.addImage': list(20, IMAGE),
  'product.orderImages': list(20, IMAGE),
  'product.describeImage': list(20, IMAGE),
  'product.removeImage': list(20, IMAGE),
  'product.importBatch': 'within its node',
  'product.skusOf': 'within its node',
  'product.suggest': list(60, text(200) + 200),
  'product.related': 'asked',
  'product.get': 'asked',
  'product.lookup': 'asked',
  'product.counts': 'within its node',
  'product.offers': 'asked',
  'category.list': 'asked',
  'category.get': 'asked',
  'category.create': list(1, text(1080) + 9 * 150),
  'category.edit': list(1, text(1080) + 9 * 150),
  'category.tree': 'within its node',
  'import.read': list(101, text(300) + 100),
  'removedVariant.list': 'within its node',
  'removedVariant.ofLines': 'within its node',
  'inventory.quantities': 'within its node',
  'inventory.levels': 'within its node',
  'inventory.current': list(500, 250),
  'movement.list': 'within its node',
  'movement.totals': 'within its node',
  'posting.stocktake': 'asked',
  'stock-alert.list': list(100, CART_LINE),
  'stock-alert.export': list(100, CART_LINE),
  'cart.get': list(100, CART_LINE),
  'cart.setItem': list(100, CART_LINE),
  'cart.setCurrency': list(100, CART_LINE),
  'cart.removeItem': list(100, CART_LINE),
  'cart.clear': list(100, CART_LINE),
  'cart.content': list(100, 150),
  'cart.stored': list(100, 150),
  'cart.own': list(100, 150),
  'checkout.quote': 'asked',
  'hold.put': list(100, 150),
  'hold.get': list(100, 150),
  'hold.held': list(100, 150),
  'coupon.terms': list(5, KIB),
  'order.place': 'asked',
  'order.get': ofOrder,
  'order.cancel': ofOrder,
  'order.pay': ofOrder,
  'order.completePayment': ofOrder,
  'order.requestReturn': ofOrder,
  'order.read': ofOrder,
  'order.pack': ofOrder,
  'order.ship': ofOrder,
  'order.deliver': ofOrder,
  'order.correctShipment': ofOrder,
  'order.correctAddress': ofOrder,
  'order.staffCancel': ofOrder,
  'order.refund': ofOrder,
  'order.approveReturn': ofOrder,
  'order.refuseReturn': ofOrder,
  'order.replay': ofOrder,
  'order.settleRefund': ofOrder,
  'order.retryRefund': ofOrder,
  'order.decide': ofOrder,
  'order.parked': 'asked',
  /** It has what an order has of refunds. */
  'payment.statement': ofOrder,
  'sandbox.statement': ofOrder,
  /** 100 bookings at most, and refunds. */
  'receivable.account': list(150, text(140) + 600),
  'receivable.bookReceipt': list(150, text(140) + 600),
  'receivable.bookPayout': list(150, text(140) + 600),
  'receivable.statement': ofOrder,
  'payment.providers': list(10, 50),
  'payment.methods': list(10, 500),
  'order.byCartClaim': list(100, 150),
  'order.timeline': ofOrder,
  'order.forInvoice': ofOrder,
  'order.open': list(100, 50),
  'invoice.forCredit': ofOrder,
  'invoice.export': ofExport,
  'credit-note.list': ofExport,
  'credit-note.staffList': ofExport,
  'credit-note.ofOrder': ofExport,
  'credit-note.export': ofExport,
  'audit.run': 'asked',
};

/** Actions that nobody outside may call, and of whose parameters no rule says how large they are. */
export const REQUESTS: { [K in keyof Actions]?: Largest } = {
  'audit-log.begin': ofProduct,
  'audit-log.end': ofProduct,
  'mail.queue': ofOrder,
  'product.importBatch': 'within its node',
  'product.skusOf': 'within its node',
  'product.offers': list(200, 70),
  'removedVariant.append': 'within its node',
  'removedVariant.retract': 'within its node',
  'inventory.quantities': 'within its node',
  'inventory.open': 'within its node',
  'inventory.current': list(500, 70),
  'movement.append': 'within its node',
  'movement.totals': 'within its node',
  'hold.consume': list(100, 150),
  'cart.ordered': list(100, 150),
  'invoice.forCredit': ofOrder,
  'invoice.issue': ofOrder,
  'credit-note.issue': ofOrder,
  'audit.run': 'asked',
};

export const EVENTS: { [K in keyof Events]?: Largest } = {
  'customer.revoked': list(20, 50),
  /** A batch of an import. */
  'product.added': list(2000, 35),
  'product.changed': list(1, 50),
  /** What has changed in a tenth of a second. */
  'inventory.changed': list(500, 250),
  'inventory.low': list(1, 250),
  'category.changed': list(1, 50),
  'order.changed': list(1, 50),
};

/** Of a string that no rule limits: an id, a name, a code, an address of a page. */
const PLAIN_BYTES = 2 * KIB;

type Rule = { type?: string; max?: number; items?: unknown; props?: Record<string, unknown>; rules?: unknown[] };

/** How many bytes a value of a contract's rule takes at most as JSON; infinite for lists and records without an end. */
export function mostBytes(rule: unknown): number {
  if (typeof rule === 'string') return mostBytes({ type: rule.split('|', 1)[0] });
  if (Array.isArray(rule)) return Math.max(...rule.map(mostBytes));
  const { type = '', max, items, props = {}, rules = [] } = rule as Rule;
  switch (type) {
    case 'string':
      return max === undefined ? PLAIN_BYTES : text(max) + 2;
    case 'array':
      return (max ?? Number.POSITIVE_INFINITY) * (mostBytes(items) + 1) + 2;
    case 'record':
    case 'any':
      return Number.POSITIVE_INFINITY;
    case 'object':
      return Object.entries(props).reduce((sum, [name, one]) => sum + name.length + 4 + mostBytes(one), 2);
    case 'multi':
      return Math.max(...rules.map(mostBytes));
    case 'enum':
    case 'equal':
      return 100;
    default:
      return 30; // numbers and booleans
  }
}

/** Whether an action's list is cut by bytes: all that take `limit` go through `page` or `readPage`. */
export const isPaged = ({ params, returns }: ActionContract): boolean => {
  const { props = {} } = (returns ?? {}) as { props?: object };
  return 'limit' in params && 'items' in props && ('nextCursor' in props || 'next' in props);
};

export interface NamedAction {
  name: keyof Actions;
  action: ActionContract;
}

export const everyAction = (): NamedAction[] =>
  contracts.flatMap(({ name, actions }) =>
    Object.entries(actions).map(([key, action]) => ({ name: `${name}.${key}` as keyof Actions, action })),
  );
export const everyEvent = (): [name: string, event: EventContract][] =>
  contracts.flatMap(({ name, events }) =>
    Object.entries(events).map(([key, event]) => [`${name}.${key}`, event] as [string, EventContract]),
  );
