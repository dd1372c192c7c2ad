// Mistakes that must not compile: tsc refuses a line of `@ts-expect-error` that has no error.
import { contract } from '../../lib/contract/contract.ts';
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
