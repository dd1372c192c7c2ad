import { challengeOf } from './stripe-challenge.ts';
import type { MethodBehaviour, MethodBook } from './stripe-methods.ts';
import {
  expands,
  failure,
  list,
  missing,
  newStripeId,
  ok,
  pairsOf,
  type Reply,
  refused,
  type StoredCustomer,
  type StoredSetup,
  secretOf,
} from './stripe-shapes.ts';

interface Surroundings {
  methods: MethodBook;
  emit(type: string, object: object): void;
  url(): string;
}

/** Customers, the payment methods that are kept for them, and SetupIntents. */
export class CustomerBook {
  readonly customers: StoredCustomer[] = [];
  readonly setups: StoredSetup[] = [];
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  create(params: URLSearchParams): Reply {
    const customer: StoredCustomer = {
      ...{ id: newStripeId('cus'), object: 'customer', metadata: pairsOf(params, 'metadata') },
    };
    this.customers.push(customer);
    return ok({ ...customer });
  }

  search(params: URLSearchParams): Reply {
    const id = /^metadata\['customerId'\]:'(\w+)'$/.exec(params.get('query') ?? '')?.[1];
    return list(this.customers.filter(({ metadata }) => metadata.customerId === id));
  }

  delete(id: string): Reply {
    const index = this.customers.findIndex((one) => one.id === id);
    if (index < 0) return missing(`customer: '${id}'`);
    this.customers.splice(index, 1);
    this.#around.methods.detach(({ customer }) => customer === id);
    return ok({ id, object: 'customer', deleted: true });
  }

  methodsOf(id: string): Reply {
    if (!this.customers.some((one) => one.id === id)) return missing(`customer: '${id}'`);
    const own = this.#around.methods.saved.filter(({ customer }) => customer === id);
    return list(own.flatMap((one) => this.#around.methods.find(one.id) ?? []));
  }

  methodOf(id: string, methodId: string): Reply {
    const method = this.#around.methods.find(methodId);
    return method && method.customer === id ? ok(method) : missing(`PaymentMethod: '${methodId}'`);
  }

  detach(methodId: string): Reply {
    const method = this.#around.methods.find(methodId);
    if (!method?.customer) return refused({ message: 'The payment method is not attached.' });
    this.#around.methods.detach(({ id }) => id === methodId);
    return ok({ ...method, customer: null });
  }

  setUp(params: URLSearchParams): Reply {
    const { methods } = this.#around;
    const customer = params.get('customer') ?? '';
    if (!this.customers.some(({ id }) => id === customer)) return missing(`customer: '${customer}'`, 'customer');
    const id = newStripeId('seti');
    const token = params.get('confirmation_token');
    const method = token ? methods.useToken(token, id) : (params.get('payment_method') ?? '');
    const behaviour = methods.behaviour(method ?? '');
    if (!method || !behaviour) return { ...missing(`PaymentMethod: '${method}'`, 'payment_method'), status: 400 };
    const challenge = behaviour.challenge && challengeOf(id, behaviour, params, this.#around.url());
    if (challenge && 'refusal' in challenge) return challenge.refusal;
    const setup: StoredSetup = {
      ...{ id, object: 'setup_intent', client_secret: secretOf(id), customer, payment_method: method },
      ...{ status: 'requires_confirmation', usage: params.get('usage') ?? 'off_session', metadata: {} },
      ...{ last_setup_error: null, next_action: null },
    };
    this.setups.push(setup);
    if (challenge) {
      Object.assign(setup, { status: 'requires_action', next_action: challenge });
      this.#around.emit('setup_intent.requires_action', setup);
    } else this.#finish(setup, behaviour);
    const { last_setup_error: error } = setup;
    return error ? failure(402, 'card_error', { ...error, setup_intent: { ...setup } }) : ok({ ...setup });
  }

  read(id: string, params: URLSearchParams): Reply {
    const setup = this.setups.find((one) => one.id === id);
    if (!setup) return missing(`setup_intent: '${id}'`);
    const method = this.#around.methods.find(setup.payment_method ?? '');
    return ok({ ...setup, ...(expands(params, 'payment_method') ? { payment_method: method ?? null } : {}) });
  }

  /** The customer answers a challenge; `false` if there is none any more. */
  answerChallenge(setup: StoredSetup, answer: 'approve' | 'decline'): boolean {
    const behaviour = this.#around.methods.behaviour(setup.payment_method ?? '');
    if (setup.status !== 'requires_action' || !behaviour) return false;
    setup.next_action = null;
    if (answer === 'approve') this.#finish(setup, behaviour);
    else this.#fail(setup, { type: 'invalid_request_error', code: 'setup_intent_authentication_failure' });
    return true;
  }

  #finish(setup: StoredSetup, { result, declineCode }: MethodBehaviour): void {
    if (result === 'declines') {
      this.#fail(setup, { type: 'card_error', code: 'card_declined', decline_code: declineCode });
      return;
    }
    const saved = this.#around.methods.save(setup.payment_method ?? '', setup.customer ?? '');
    Object.assign(setup, { status: 'succeeded', payment_method: saved?.id ?? null });
    this.#around.emit('setup_intent.succeeded', setup);
  }

  #fail(setup: StoredSetup, error: object): void {
    const message = 'The setup failed.';
    Object.assign(setup, { status: 'requires_payment_method', payment_method: null });
    Object.assign(setup, { last_setup_error: { message, ...error } });
    this.#around.emit('setup_intent.setup_failed', setup);
  }
}
