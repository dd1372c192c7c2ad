// Mistakes that must not compile: tsc refuses a line of `@ts-expect-error` that has no error.
import { type ActionContract, type Broker, type Ctx, contract, register } from '../../lib/contract/contract.ts';
import { type Mixin, properties, type Self } from '../../lib/contract/mixin.ts';
import { service } from '../../lib/contract/service.ts';

const OPTIONS = { checkResults: true };
const internal = { summary: '', visibility: 'public', auth: 'internal', idempotent: true } as const;
const box = contract(
  'box',
  { put: { ...internal, params: { id: 'string' }, returns: 'string' }, empty: { ...internal, params: {} } },
  {},
);
declare const shelf: Mixin<{ shelf: Map<string, number> }>;
declare const clock: Mixin<{ clock: Date }>;
/** Works on services that have a shelf. */
declare const sweeper: Mixin<{ sweep(): void }, Self<{ shelf: Map<string, number> }>>;

export const right = service(box, OPTIONS, {
  mixins: [sweeper, shelf, clock, properties(({ broker }) => ({ node: broker.nodeID }))],
  handlers: {
    put(ctx) {
      this.sweep();
      this.shelf.set(ctx.params.id, +this.clock);
      return this.node;
    },
    empty() {
      this.shelf.clear();
    },
  },
});

export const missingMixin = service(box, OPTIONS, {
  mixins: [clock],
  handlers: {
    put: (ctx) => ctx.params.id,
    empty() {
      // @ts-expect-error: no mixin adds a shelf
      this.shelf.clear();
    },
  },
});

export const wrongMixin = service(box, OPTIONS, {
  mixins: [properties(() => ({ shelf: new Map<string, string>() }))],
  handlers: {
    put(ctx) {
      // @ts-expect-error: the shelf holds texts
      this.shelf.set(ctx.params.id, 1);
      return '';
    },
    empty() {},
  },
});

export const unmetNeed = service(box, OPTIONS, {
  // @ts-expect-error: the sweeper needs a shelf
  mixins: [sweeper, clock],
  handlers: { put: (ctx) => ctx.params.id, empty() {} },
});

export const wrongNeed = service(box, OPTIONS, {
  // @ts-expect-error: the sweeper needs a shelf of numbers
  mixins: [sweeper, properties(() => ({ shelf: new Map<string, string>() }))],
  handlers: { put: (ctx) => ctx.params.id, empty() {} },
});

export const missingHandler = service(box, OPTIONS, {
  // @ts-expect-error: there is no handler of `empty`
  handlers: { put: (ctx) => ctx.params.id },
});

export const wrongResult = service(box, OPTIONS, {
  handlers: {
    // @ts-expect-error: it returns a text by its contract
    put: () => 1,
    empty() {},
  },
});

export const wrongParameter = service(box, OPTIONS, {
  handlers: {
    // @ts-expect-error: it has no such parameter
    put: (ctx) => ctx.params.name,
    empty() {},
  },
});

const open = { ...internal, params: { id: 'string', page: 'number|optional' } } as const;
const thing = { type: 'object', props: { id: 'string' } } as const;

contract(
  'right',
  {
    get: {
      ...open,
      rest: 'GET /v1/things/:id/pages/:page',
      headers: { page: 'X-Page' },
      shardKey: 'id',
      problems: ['not-found', 'out-of-stock'],
      location: '/v1/things/{id}',
      returns: thing,
    },
    own: { ...open, shardKey: '#user.id', rawBody: 'id' },
    list: { ...open, location: '/v1/things' },
  },
  {},
);

// @ts-expect-error: there is no such problem
contract('wrong', { get: { ...open, problems: ['not-fuond'] } }, {});
// @ts-expect-error: the path has a parameter that the action does not have
contract('wrong', { get: { ...open, rest: 'GET /v1/things/:sku' } }, {});
// @ts-expect-error: also when it is not the last part
contract('wrong', { get: { ...open, rest: 'GET /v1/things/:sku/pages/:page' } }, {});
// @ts-expect-error: there is no such method
contract('wrong', { get: { ...open, rest: 'FETCH /v1/things' } }, {});
// @ts-expect-error: a path begins with a slash
contract('wrong', { get: { ...open, rest: 'GET v1/things' } }, {});
// @ts-expect-error: the header is of a parameter that the action does not have
contract('wrong', { get: { ...open, headers: { ifMatch: 'If-Match' } } }, {});
// @ts-expect-error: a header's name has no blank
contract('wrong', { get: { ...open, headers: { page: 'X Page' } } }, {});
// @ts-expect-error: the result has no such field
contract('wrong', { add: { ...open, location: '/v1/things/{sku}', returns: thing } }, {});
// @ts-expect-error: an action without a result has no fields
contract('wrong', { add: { ...open, location: '/v1/things/{id}' } }, {});
// @ts-expect-error: the action has no such parameter
contract('wrong', { get: { ...open, shardKey: 'sku' } }, {});
// @ts-expect-error: the meta has no such field
contract('wrong', { get: { ...open, shardKey: '#user.name' } }, {});
// @ts-expect-error: the action has no such parameter
contract('wrong', { get: { ...open, rawBody: 'payload' } }, {});
// @ts-expect-error: a contract has no such field
contract('wrong', { get: { ...open, problem: ['not-found'] } }, {});
// @ts-expect-error: nobody knows who may call it
contract('wrong', { get: { summary: '', visibility: 'public', idempotent: true, params: {} } }, {});
// @ts-expect-error: an action of staff has a scope
contract('wrong', { get: { ...open, auth: 'staff' } }, {});
// @ts-expect-error: there is no such scope
contract('wrong', { get: { ...open, auth: 'staff', scope: 'orders:burn' } }, {});

const changed = {
  changed: { summary: '', params: { id: 'string', levels: { type: 'array', items: thing } } },
} as const;
const dropping = <const D extends Readonly<Record<string, string>>>(dropOn: D) =>
  contract('kept', { get: { ...open, nearCache: { ttl: 1, dropOn } } }, changed);
register([dropping({ 'kept.changed': 'id' }), contract('other', {}, {})]);
register([dropping({ 'kept.changed': 'levels.id' }), dropping({ 'kept.changed': '*' })]);
// @ts-expect-error: no contract has this event
register([dropping({ 'kept.chagned': 'id' })]);
// @ts-expect-error: the event has no such field
register([dropping({ 'kept.changed': 'sku' })]);
// @ts-expect-error: the event's list has no such field
register([dropping({ 'kept.changed': 'levels.sku' })]);

export async function calls(broker: Broker, ctx: Ctx<{ id: string }>) {
  const { items } = await broker.call('cart.content', { customerId: 'cus_1' });
  const first: string | undefined = items[0]?.sku;
  await broker.broadcast('product.changed', { id: 'prd_1' });
  // @ts-expect-error: there is no such action
  await broker.call('cart.contents', { customerId: 'cus_1' });
  // @ts-expect-error: there is no such action
  await ctx.call('crat.content', { customerId: 'cus_1' });
  // @ts-expect-error: a parameter is missing
  await ctx.call('cart.content', {});
  // @ts-expect-error: a parameter has another type
  await ctx.call('cart.content', { customerId: 1 });
  // @ts-expect-error: there is no such parameter
  await ctx.call('cart.content', { customerId: 'cus_1', id: 'ord_1' });
  // @ts-expect-error: the result has no such field
  (await ctx.call('cart.content', { customerId: 'cus_1' })).lines;
  // @ts-expect-error: there is no such event
  await broker.broadcast('product.chagned', { id: 'prd_1' });
  // @ts-expect-error: the event has another field
  await broker.broadcast('product.changed', { productId: 'prd_1' });
  return first;
}

export const listening = service(box, OPTIONS, {
  handlers: { put: (ctx) => ctx.params.id, empty() {} },
  events: {
    'product.changed': (ctx) => void ctx.params.id.length,
    // @ts-expect-error: there is no such event
    'product.chagned': () => {},
  },
});

export const widened: ActionContract = open;
