import type { Service, ServiceSchema } from 'moleculer';
import type { Broker } from './contract.ts';

/** A Moleculer service whose broker knows the contracts. */
type BareService = Omit<Service, 'broker'> & { broker: Broker };

/** `this` of a handler: the service, with what its mixins add (`Added`). */
export type Self<Added> = BareService & Added;

/** Exists only for the compiler: mixins have no such field at run time. */
declare const TYPES: unique symbol;

/** A Moleculer mixin that adds `Added` to the `this` of services, and requires `Needed` of other mixins. */
export interface Mixin<Added, Needed = unknown> extends Partial<ServiceSchema> {
  readonly [TYPES]?: (needed: Needed) => Added;
}

export type Mixins = readonly Mixin<unknown, never>[];

/** The intersection of the fields that some mixins add. */
export type AddedBy<M> = M extends readonly [infer First, ...infer Rest]
  ? (First extends Mixin<infer Added, never> ? Added : unknown) & AddedBy<Rest>
  : unknown;

/** `unknown` when the mixins together add all that each of them needs; else a type that nothing is assignable to. */
export type NeedsMet<M extends Mixins> = [Unmet<M[number], Self<AddedBy<M>>>] extends [never]
  ? unknown
  : { 'a mixin needs what no other one adds': never };

type Unmet<One, Given> = One extends Mixin<unknown, infer Needed> ? (Given extends Needed ? never : One) : never;

/** The mixin that sets properties on a service when it is created, before the service's own `created`. */
export function properties<Added extends object>(make: (service: BareService) => Added): Mixin<Added> {
  return {
    name: 'properties',
    created() {
      Object.assign(this, make(this as BareService));
    },
  };
}
