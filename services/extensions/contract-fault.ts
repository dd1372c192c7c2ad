import type { ValidationSchema } from 'fastest-validator';
import { SCOPES } from '../../lib/auth/access.ts';
import type { ActionContract, Contract } from '../../lib/contract/contract.ts';
import { strictRules } from '../../lib/contract/strict.ts';
import { Validator } from '../../lib/contract/validator.ts';
import { PROBLEMS } from '../shared/problem-codes.ts';

const validator = new Validator({ considerNullAsAValue: true });
const few = <const V extends readonly (string | number)[]>(...values: V) => ({ type: 'enum', values }) as const;
const optional = <const R extends object>(rule: R) => ({ ...rule, optional: true }) as const;
const fields = { type: 'object' } as const;
const count = optional({ type: 'number', integer: true, min: 1 });

/** The fields of an action, as `ActionContract` has them for the compiler. */
const checkAction = validator.compile({
  $$strict: true,
  summary: { type: 'string', min: 1 },
  visibility: few('published', 'public'),
  auth: few('public', 'customer', 'staff', 'internal'),
  scope: optional(few(...SCOPES)),
  idempotent: { type: 'boolean', strict: true },
  rest: optional({ type: 'string', pattern: /^(GET|POST|PUT|PATCH|DELETE) \/[\w/:.-]*$/ }),
  takesBody: optional({ type: 'boolean' }),
  upload: optional(fields),
  rateClass: optional(few('login', 'mutations', 'reads', 'unlimited')),
  status: optional(few(201, 202, 204)),
  location: optional({ type: 'string' }),
  headers: optional(fields),
  rawBody: optional({ type: 'string' }),
  personal: optional({ type: 'boolean' }),
  cartToken: optional({ type: 'boolean' }),
  guest: optional(few('cart', 'order')),
  params: fields,
  returns: optional({ type: 'any' }),
  produces: optional({ type: 'array', items: 'string' }),
  mayAnswer: optional({ type: 'array', items: 'number' }),
  problems: optional({ type: 'array', items: few(...Object.keys(PROBLEMS)) }),
  timeout: count,
  concurrency: count,
  shardKey: optional({ type: 'string' }),
  circuitBreaker: optional({ type: 'boolean' }),
  nearCache: optional({ type: 'object', props: { ttl: 'number', dropOn: 'object' } }),
});

const pathParams = (route: string): string[] => [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

/** The key of a kept answer is its address, and the answer is JSON. */
const isSameForAll = ({ auth, rest, ...more }: ActionContract): boolean =>
  auth === 'public' &&
  rest?.startsWith('GET ') === true &&
  !(['personal', 'cartToken', 'headers', 'status', 'produces', 'mayAnswer'] as const).some((field) => more[field]);

/** An event drops the answers that have its id. */
const hasIdToDrop = ({ nearCache, returns }: ActionContract): boolean =>
  Object.values(nearCache?.dropOn ?? {}).every((place) => place === '*') ||
  Object.hasOwn(Object(Object(returns).props), 'id');

/** What the fields of an action have to be together. */
const RULES: readonly (readonly [isMet: (action: ActionContract) => boolean, message: string])[] = [
  [
    ({ visibility, rest }) => (visibility === 'published') === (rest !== undefined),
    'must be published if it has a route',
  ],
  [({ auth, rest }) => auth !== 'internal' || rest === undefined, 'is internal and must have no route'],
  [({ auth, scope }) => (auth === 'staff') === (scope !== undefined), 'must have a scope if it is for staff'],
  [
    ({ params, rest = '' }) => pathParams(rest).every((name) => Object.hasOwn(params, name)),
    'has no rule for a parameter of its path',
  ],
  // The answer is given to everyone who asks.
  [
    ({ nearCache, ...action }) => !nearCache || isSameForAll(action),
    'must be a public GET without headers to be kept by gateways',
  ],
  [({ guest, auth }) => !guest || auth === 'customer', 'must be for customers to be for guests, too'],
  [hasIdToDrop, 'must answer with the id by which events drop its answers'],
];

/**
 * What the compiler would have refused in a contract: extensions may not have been compiled, and a mistake in who may call
 * an action must not show at the first call.
 * @param known the events that there are, by their full names
 * @returns the end of a sentence that begins with the file's name
 */
export function faultOf({ name, actions, events }: Contract, known: ReadonlySet<string>): string | undefined {
  if (!/^[a-z][A-Za-z\d-]*$/.test(name))
    return `has the contract ${JSON.stringify(name)}, which is no name of a service`;
  for (const [key, action] of Object.entries(actions)) {
    const fault = actionFault(action, known);
    if (fault !== undefined) return `has the action ${name}.${key}, which ${fault}`;
  }
  for (const [key, { params }] of Object.entries(events)) {
    const fault = ruleFault(params);
    if (fault !== undefined) return `has the event ${name}.${key}, whose fields ${fault}`;
  }
  return undefined;
}

function actionFault(action: ActionContract, events: ReadonlySet<string>): string | undefined {
  const found = checkAction({ ...action });
  if (Array.isArray(found)) return `is declared wrongly: ${found[0]?.message}`;
  const broken = RULES.find(([isMet]) => !isMet(action));
  if (broken) return broken[1];
  const unknown = Object.keys(action.nearCache?.dropOn ?? {}).find((event) => !events.has(event));
  if (unknown !== undefined) return `is dropped on ${unknown}, and there is no such event`;
  const fault = ruleFault(action.params) ?? ruleFault(action.returns === undefined ? {} : { result: action.returns });
  return fault && `has rules that ${fault}`;
}

function ruleFault(schema: Readonly<Record<string, unknown>>): string | undefined {
  try {
    validator.compile({ $$strict: true, ...strictRules(schema) } as ValidationSchema);
    return undefined;
  } catch (error) {
    return `do not compile: ${(error as Error).message}`;
  }
}
