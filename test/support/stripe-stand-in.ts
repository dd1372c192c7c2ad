import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { challengePage, returnAddress } from './stripe/stripe-challenge.ts';
import { CustomerBook } from './stripe/stripe-customers.ts';
import { IdempotencyKeys } from './stripe/stripe-idempotency.ts';
import { IntentBook } from './stripe/stripe-intents.ts';
import { MethodBook } from './stripe/stripe-methods.ts';
import { MoneyBackBook } from './stripe/stripe-money-back.ts';
import { failure, list, missing, ok, type Reply, type StoredIntent, type StoredSetup } from './stripe/stripe-shapes.ts';
import { type SentEvent, WebhookSender } from './stripe/stripe-webhooks.ts';

/** A fault of the next requests to a path: the response to a processed request is lost, or Stripe fails. */
interface Mishap {
  path: RegExp;
  method?: string;
  what: 'lost' | 'failure' | { status: number; type: string; code?: string; message?: string };
  times: number;
}

interface Answer {
  reply: Reply;
  replayed?: boolean;
  lost?: boolean;
}

/**
 * Stripe's HTTP API, as far as the shop uses it: form-encoded requests, idempotency keys, intents, refunds, customers, errors,
 * signed webhooks. The methods are what customers, banks and Stripe's dashboard do.
 */
export class StripeStandIn {
  readonly #webhooks = new WebhookSender();
  readonly #keys = new IdempotencyKeys();
  readonly #methods = new MethodBook();
  readonly #emit = (type: string, object: object) => this.#webhooks.emit(type, object);
  readonly #moneyBack: MoneyBackBook = new MoneyBackBook({
    intent: (id) => this.#intents.find(id),
    emit: this.#emit,
    emitCharge: (type, intentId) => {
      const charge = this.#intents.charges.find((one) => one.payment_intent === intentId);
      if (charge) this.#emit(type, this.#intents.shownCharge(charge));
    },
  });
  readonly #intents: IntentBook = new IntentBook({
    ...{ methods: this.#methods, emit: this.#emit, url: () => this.url },
    refunded: (intentId) => this.#moneyBack.refunded(intentId),
  });
  readonly #customers = new CustomerBook({ methods: this.#methods, emit: this.#emit, url: () => this.url });
  readonly intents = this.#intents.all;
  readonly refunds = this.#moneyBack.refunds;
  readonly disputes = this.#moneyBack.disputes;
  readonly customers = this.#customers.customers;
  readonly events = this.#webhooks.events;
  /** Each processed request, without those that were answered from their key. */
  readonly log: string[] = [];
  url = '';
  readonly #secretKey: string;
  #mishaps: Mishap[] = [];
  #gates: { path: RegExp; opened: Promise<void>; arrive(): void }[] = [];
  readonly #server = createServer((req, res) => {
    this.#serve(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });

  constructor(secretKey: string) {
    this.#secretKey = secretKey;
  }

  async start(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    await this.#webhooks.stop();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  befall(what: Mishap['what'], path: RegExp, times: number): void {
    this.#mishaps.push({ what, path, times });
  }

  /** Refuses the next requests to a path, with an error of its own. */
  refuse(path: RegExp, error: Exclude<Mishap['what'], string>, times = 1, method?: string): void {
    this.#mishaps.push({ what: error, path, times, ...(method ? { method } : {}) });
  }

  /** Keeps requests to a path under way until they are released. `arrived`: so many have come. */
  hold(path: RegExp, count = 1): { arrived: Promise<void>; release(): void } {
    const [all, opening] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let arrivals = 0;
    const arrive = () => {
      arrivals += 1;
      if (arrivals === count) all.resolve();
    };
    const gate = { path, opened: opening.promise, arrive };
    this.#gates.push(gate);
    const release = () => {
      this.#gates = this.#gates.filter((one) => one !== gate);
      opening.resolve();
    };
    return { arrived: all.promise, release };
  }

  /** Ends all faults. */
  calm(): void {
    this.#mishaps = [];
  }

  /** As Stripe does after a day. */
  forgetKeys(): void {
    this.#keys.forget();
  }

  /** A refund in Stripe's dashboard. */
  refundElsewhere = (intentId: string, amount: number) => this.#moneyBack.add(intentId, amount);
  /** The cardholder disputes all of a payment. */
  dispute = (intentId: string) => this.#moneyBack.dispute(intentId);
  closeDispute = (intentId: string, status: 'won' | 'lost') => this.#moneyBack.closeDispute(intentId, status);

  /** A confirmation token, which Stripe.js makes of what the customer typed or of a wallet. */
  confirmationToken = (method: string): string => this.#methods.tokenFor(method);

  /** The customer answers the challenge of a payment or of a setup. */
  answerChallenge(id: string, answer: 'approve' | 'decline'): void {
    if (!this.#answerChallenge(id, answer)) throw new Error(`${id} does not wait for its customer`);
  }

  /** A bank tells what became of a payment that is processing. */
  settle = (intentId: string, result: 'succeeded' | 'failed') => this.#intents.settle(this.#intent(intentId), result);

  /** The time of an authorisation runs out. */
  expireAuthorisation = (intentId: string) => this.#intents.expire(this.#intent(intentId));

  /** Whether the account may capture cards several times. */
  allowMulticapture(allows: boolean): void {
    this.#intents.allowsMulticapture = allows;
  }

  /** Sends each event from now on to the shop, signed, until the shop takes it. */
  sendWebhooksTo = (url: string, secret: string) => this.#webhooks.sendTo(url, secret);
  /** Sends an event once more. @returns the status of the response */
  sendAgain = (event: SentEvent): Promise<number> => this.#webhooks.send(event);

  /** The last intent of an order. */
  intentOf(orderId: string): StoredIntent {
    const intent = this.intents.findLast(({ metadata }) => metadata.orderId === orderId);
    if (!intent) throw new Error(`${orderId} has no intent`);
    return intent;
  }

  /** The charges of an order, and the money that is left after refunds. */
  moneyOf(orderId: string): { charges: number; kept: number } {
    const charged = this.intents.filter((one) => one.metadata.orderId === orderId && one.amount_received > 0);
    const kept = charged.reduce((sum, one) => sum + one.amount_received - this.#moneyBack.refunded(one.id), 0);
    return { charges: charged.length, kept };
  }

  #intent(id: string): StoredIntent {
    const intent = this.#intents.find(id);
    if (!intent) throw new Error(`there is no ${id}`);
    return intent;
  }

  #acting(id: string): StoredIntent | StoredSetup | undefined {
    return this.#intents.find(id) ?? this.#customers.setups.find((one) => one.id === id);
  }

  #answerChallenge(id: string, answer: 'approve' | 'decline'): boolean {
    const one = this.#acting(id);
    if (!one) return false;
    return one.object === 'payment_intent'
      ? this.#intents.answerChallenge(one, answer)
      : this.#customers.answerChallenge(one, answer);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.url);
    const [, challenged] = /^\/redirect\/(\w+)$/.exec(url.pathname) ?? [];
    if (challenged) return this.#showChallenge(challenged, url.searchParams.get('answer'), res);
    const { reply, replayed, lost } = await this.#answer(req, url);
    if (lost) return void req.socket.destroy();
    // The response that is kept under a key stays the same.
    const kept = reply.status === 500 ? { 'stripe-should-retry': 'false' } : {};
    const headers = { 'content-type': 'application/json', 'request-id': 'req_1', ...kept };
    res.writeHead(reply.status, { ...headers, ...(replayed ? { 'idempotent-replayed': 'true' } : {}) });
    res.end(JSON.stringify(reply.body));
  }

  /** The page of the customer's bank. */
  #showChallenge(id: string, answer: string | null, res: ServerResponse): void {
    if (answer !== 'approve' && answer !== 'decline') {
      return void res.writeHead(200, { 'content-type': 'text/html' }).end(challengePage(id));
    }
    const { next_action: next = null, client_secret: secret } = this.#acting(id) ?? {};
    const returnUrl = next?.redirect_to_url?.return_url ?? this.url;
    if (!this.#answerChallenge(id, answer)) return void res.writeHead(410).end('Nothing to approve.');
    const hasFailed = this.#acting(id)?.status === 'requires_payment_method';
    res.writeHead(303, { location: returnAddress(id, returnUrl, secret ?? '', !hasFailed) }).end();
  }

  async #answer(req: IncomingMessage, url: URL): Promise<Answer> {
    const body = await text(req);
    const params = new URLSearchParams(body || url.search);
    if (req.headers.authorization !== `Bearer ${this.#secretKey}` && !this.#isBrowser(url, params)) {
      return { reply: failure(401, 'invalid_request_error', { message: 'Invalid API Key provided' }) };
    }
    const request = `${req.method} ${url.pathname} ${body}`;
    const mishap = this.#mishaps.find(
      ({ path, times, method = req.method }) => path.test(url.pathname) && times > 0 && method === req.method,
    );
    if (mishap) mishap.times -= 1;
    const lost = mishap?.what === 'lost';
    const key = req.method === 'POST' ? req.headers['idempotency-key'] : undefined;
    const known = key === undefined ? undefined : this.#keys.begin(String(key), request);
    if (known) return { ...known, lost };
    const gate = this.#gates.find(({ path }) => path.test(url.pathname));
    gate?.arrive();
    await gate?.opened;
    this.log.push(`${req.method} ${url.pathname.replace('/v1/', '')}`);
    const reply = mishap && !lost ? faultyReply(mishap) : this.#route(`${req.method} ${url.pathname}`, params);
    if (key !== undefined) this.#keys.end(String(key), request, reply);
    return { reply, lost };
  }

  /** Whether Stripe.js asks, in a browser that has the client secret of an intent. */
  #isBrowser({ pathname }: URL, params: URLSearchParams): boolean {
    const [, id = ''] = /^\/v1\/payment_intents\/(pi_\w+)(\/confirm)?$/.exec(pathname) ?? [];
    const secret = this.#intents.find(id)?.client_secret;
    return secret !== undefined && params.get('client_secret') === secret && /^pk_/.test(params.get('key') ?? '');
  }

  #route(route: string, params: URLSearchParams): Reply {
    const [verb = '', path = ''] = route.split(' /v1/');
    const [kind = '', id = '', act = '', ...rest] = path.split('/');
    const isRead = verb === 'GET';
    switch (kind) {
      case 'payment_intents':
        if (id === 'search') return this.#searchIntents(params);
        if (!isRead) return id ? this.#intents.act(id, act, params) : this.#intents.create(params);
        return this.#readIntent(id, params);
      case 'refunds':
        return isRead ? this.#moneyBack.listOf('refunds', params) : this.#moneyBack.create(params);
      case 'disputes':
        return this.#moneyBack.listOf('disputes', params);
      case 'setup_intents':
        return isRead ? this.#customers.read(id, params) : this.#customers.setUp(params);
      case 'payment_methods': {
        if (act === 'detach') return this.#customers.detach(id);
        const method = this.#methods.find(id);
        return method ? ok(method) : missing(`PaymentMethod: '${id}'`);
      }
      case 'confirmation_tokens': {
        const method = this.#methods.find(this.#methods.methodOf(id) ?? '');
        const preview = { payment_method_preview: method };
        return method ? ok({ id, object: 'confirmation_token', ...preview }) : missing(`confirmation_token: '${id}'`);
      }
      case 'customers':
        if (id === 'search') return this.#customers.search(params);
        if (verb === 'DELETE') return this.#customers.delete(id);
        if (!isRead) return this.#customers.create(params);
        return rest[0] ? this.#customers.methodOf(id, rest[0]) : this.#customers.methodsOf(id);
      default:
        return missing(route);
    }
  }

  #readIntent(id: string, params: URLSearchParams): Reply {
    const intent = this.#intents.find(id);
    return intent ? ok(this.#intents.shown(intent, params)) : missing(`payment_intent: '${id}'`);
  }

  #searchIntents(params: URLSearchParams): Reply {
    const orderId = /^metadata\['orderId'\]:'(\w+)'$/.exec(params.get('query') ?? '')?.[1];
    const found = this.intents.filter(({ metadata }) => metadata.orderId === orderId);
    return list(found.map((one) => this.#intents.shown(one, params)));
  }
}

/** What a fault answers with. A refused request is not kept under its key. */
function faultyReply({ what }: Mishap): Reply {
  if (typeof what !== 'object') return failure(500, 'api_error', { message: 'Something went wrong' });
  const { status, type, ...error } = what;
  return { ...failure(status, type, { message: 'Refused', ...error }), isKept: false };
}
