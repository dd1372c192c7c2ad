import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Intent {
  id: string;
  object: 'payment_intent';
  amount: number;
  currency: string;
  status: string;
  metadata: Record<string, string>;
  last_payment_error: object | null;
  latest_charge: string | null;
}

interface Refund {
  id: string;
  object: 'refund';
  amount: number;
  payment_intent: string;
  status: string;
  metadata: Record<string, string>;
  failure_reason?: string;
}

interface Dispute {
  id: string;
  object: 'dispute';
  amount: number;
  currency: string;
  payment_intent: string;
  status: string;
  reason: string;
  metadata: Record<string, string>;
}

interface Reply {
  status: number;
  body: object;
}

/** A fault of the next requests to a path: the response to a processed request is lost, or Stripe fails. */
interface Mishap {
  path: RegExp;
  method?: string;
  what: 'lost' | 'failure' | { status: number; type: string; code?: string; message?: string };
  times: number;
}

/** The limits of amounts. */
const SMALLEST = 50;
const LARGEST = 99_999_999;

/** Stripe's HTTP API, as far as the shop uses it: form-encoded requests, idempotency keys, intents, refunds, errors. */
export class StripeStandIn {
  readonly intents: Intent[] = [];
  readonly refunds: Refund[] = [];
  readonly disputes: Dispute[] = [];
  /** Each processed request, without those that were answered from their key. */
  readonly log: string[] = [];
  url = '';
  readonly #secretKey: string;
  readonly #keys = new Map<string, { request: string; reply: Reply }>();
  #mishaps: Mishap[] = [];
  readonly #server = createServer((req, res) => {
    this.#answer(req).then(
      ({ reply: { status, body }, replayed, lost }) => {
        if (lost) return void req.socket.destroy();
        // The response that is kept under a key stays the same.
        const kept = status === 500 ? { 'stripe-should-retry': 'false' } : {};
        const headers = { 'content-type': 'application/json', 'request-id': 'req_1', ...kept };
        res.writeHead(status, { ...headers, ...(replayed ? { 'idempotent-replayed': 'true' } : {}) });
        res.end(JSON.stringify(body));
      },
      (error) => res.writeHead(500).end(String(error)),
    );
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

  /** A refund in Stripe's dashboard. */
  refundElsewhere(intentId: string, amount: number): Refund {
    const refund: Refund = {
      ...{ id: `re_${randomBytes(8).toString('hex')}`, object: 'refund', status: 'succeeded' },
      ...{ amount, payment_intent: intentId, metadata: {} },
    };
    this.refunds.push(refund);
    return refund;
  }

  /** The cardholder disputes all of a payment. */
  dispute(intentId: string): Dispute {
    const { amount = 0, currency = '' } = this.intents.find(({ id }) => id === intentId) ?? {};
    const dispute: Dispute = {
      ...{ id: `dp_${randomBytes(8).toString('hex')}`, object: 'dispute', amount, currency, payment_intent: intentId },
      ...{ status: 'needs_response', reason: 'fraudulent', metadata: {} },
    };
    this.disputes.push(dispute);
    return dispute;
  }

  closeDispute(intentId: string, status: 'won' | 'lost'): Dispute | undefined {
    const dispute = this.disputes.find(({ payment_intent }) => payment_intent === intentId);
    return dispute && Object.assign(dispute, { status });
  }

  /** Ends all faults. */
  calm(): void {
    this.#mishaps = [];
  }

  /** As Stripe does after a day. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  /** The charges of an order, and the money that is left after refunds. */
  moneyOf(orderId: string): { charges: number; kept: number } {
    const charged = this.intents.filter((one) => one.metadata.orderId === orderId && one.status === 'succeeded');
    const kept = charged.reduce((sum, { id, amount }) => sum + amount - this.#refunded(id), 0);
    return { charges: charged.length, kept };
  }

  async #answer(req: IncomingMessage): Promise<{ reply: Reply; replayed?: boolean; lost?: boolean }> {
    const url = new URL(req.url ?? '/', this.url);
    const body = await text(req);
    if (req.headers.authorization !== `Bearer ${this.#secretKey}`) {
      return { reply: failure(401, 'invalid_request_error', { message: 'Invalid API Key provided' }) };
    }
    const key = req.headers['idempotency-key'];
    const request = `${req.method} ${url.pathname} ${body}`;
    const known = this.#keys.get(String(key));
    const mishap = this.#mishaps.find(
      ({ path, times, method = req.method }) => path.test(url.pathname) && times > 0 && method === req.method,
    );
    if (mishap) mishap.times -= 1;
    const lost = mishap?.what === 'lost';
    if (known && known.request !== request)
      return { reply: failure(400, 'idempotency_error', { message: 'Other params' }) };
    if (known) return { reply: known.reply, replayed: true, lost };
    this.log.push(`${req.method} ${url.pathname.replace('/v1/', '')}`);
    if (typeof mishap?.what === 'object') {
      const { status, type, ...error } = mishap.what;
      // A refused request is not kept under the key.
      return { reply: failure(status, type, { message: 'Refused', ...error }) };
    }
    const fails = mishap?.what === 'failure';
    const reply = fails
      ? failure(500, 'api_error', { message: 'Something went wrong' })
      : this.#route(`${req.method} ${url.pathname}`, new URLSearchParams(body || url.search));
    if (key && req.method === 'POST') this.#keys.set(String(key), { request, reply: structuredClone(reply) });
    return { reply, lost };
  }

  #route(route: string, params: URLSearchParams): Reply {
    const [, id = '', act = ''] = /^\w+ \/v1\/payment_intents\/(pi_\w+)\/?(\w*)$/.exec(route) ?? [];
    if (route === 'POST /v1/payment_intents') return this.#create(params);
    if (route === 'GET /v1/payment_intents/search') {
      const orderId = /^metadata\['orderId'\]:'(\w+)'$/.exec(params.get('query') ?? '')?.[1];
      return list(this.intents.filter(({ metadata }) => metadata.orderId === orderId).map((one) => this.#shown(one)));
    }
    if (route === 'POST /v1/refunds') return this.#refund(params);
    if (route === 'GET /v1/refunds' || route === 'GET /v1/disputes') {
      const of = params.get('payment_intent');
      if (!this.intents.some((one) => one.id === of)) return missing(`No such payment_intent: '${of}'`);
      const all = route === 'GET /v1/refunds' ? this.refunds : this.disputes;
      return list(all.filter(({ payment_intent }) => payment_intent === of));
    }
    const intent = this.intents.find((one) => one.id === id);
    if (!intent) return missing(route);
    if (act === 'confirm') return this.#confirm(intent, params.get('payment_method') ?? '');
    if (act === 'cancel') {
      if (['succeeded', 'canceled', 'processing'].includes(intent.status)) return unexpected(intent);
      intent.status = 'canceled';
    }
    if (act === 'capture') {
      if (intent.status !== 'requires_capture') return unexpected(intent);
      intent.status = 'succeeded';
    }
    return { status: 200, body: this.#shown(intent) };
  }

  #create(params: URLSearchParams): Reply {
    const amount = Number(params.get('amount'));
    if (params.get('currency') === 'xxx') return refused('invalid_currency', 'Invalid currency: xxx');
    if (amount < SMALLEST) return refused('amount_too_small', 'Amount must be at least 50 cents');
    if (amount > LARGEST) return refused('amount_too_large', 'Amount must be no more than 999,999.99');
    const intent: Intent = {
      ...{ id: `pi_${randomBytes(8).toString('hex')}`, object: 'payment_intent', status: 'requires_payment_method' },
      ...{ amount, currency: params.get('currency') ?? '' },
      ...{
        metadata: { orderId: params.get('metadata[orderId]') ?? '' },
        last_payment_error: null,
        latest_charge: null,
      },
    };
    this.intents.push(intent);
    return { status: 200, body: { ...intent } };
  }

  #confirm(intent: Intent, method: string): Reply {
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) return unexpected(intent);
    const statuses: Record<string, string> = {
      pm_card_visa: 'succeeded',
      pm_card_authenticationRequired: 'requires_action',
      pm_usBankAccount: 'processing',
      pm_manual: 'requires_capture',
    };
    const status = statuses[method];
    if (status) {
      Object.assign(intent, { status, latest_charge: `ch_${intent.id}` });
      return { status: 200, body: { ...intent } };
    }
    if (!method.includes('Declined')) {
      const missing = {
        code: 'resource_missing',
        param: 'payment_method',
        message: `No such PaymentMethod: '${method}'`,
      };
      return failure(400, 'invalid_request_error', missing);
    }
    const error = {
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has been declined.',
    };
    intent.last_payment_error = { type: 'card_error', ...error };
    return failure(402, 'card_error', { ...error, payment_intent: { ...intent } });
  }

  #refund(params: URLSearchParams): Reply {
    const intent = this.intents.find(({ id }) => id === params.get('payment_intent'));
    const isDisputed = this.disputes.some((one) => one.payment_intent === intent?.id && one.status !== 'won');
    if (isDisputed) return refused('charge_disputed', 'The charge was disputed');
    const left = intent?.status === 'succeeded' ? intent.amount - this.#refunded(intent.id) : 0;
    const amount = Number(params.get('amount') ?? left);
    if (!intent || left === 0 || amount > left) {
      return failure(400, 'invalid_request_error', { code: 'charge_already_refunded', message: `${left} left` });
    }
    const refund: Refund = {
      ...{ id: `re_${randomBytes(8).toString('hex')}`, object: 'refund', status: 'succeeded' },
      ...{ amount, payment_intent: intent.id, metadata: { refundId: params.get('metadata[refundId]') ?? '' } },
    };
    this.refunds.push(refund);
    return { status: 200, body: refund };
  }

  #refunded(intentId: string): number {
    const made = this.refunds.filter((one) => one.payment_intent === intentId && one.status === 'succeeded');
    return made.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** An intent with its charge expanded. */
  #shown(intent: Intent): object {
    const { id, amount, latest_charge } = intent;
    const charge = { id: latest_charge, object: 'charge', amount, refunded: this.#refunded(id) === amount };
    return { ...intent, latest_charge: latest_charge ? charge : null };
  }
}

const list = (data: object[]): Reply => ({ status: 200, body: { object: 'list', data, has_more: false, url: '/v1' } });

const refused = (code: string, message: string): Reply => failure(400, 'invalid_request_error', { code, message });

const missing = (message: string): Reply =>
  failure(404, 'invalid_request_error', { code: 'resource_missing', message });

const failure = (status: number, type: string, error: object): Reply => ({
  status,
  body: { error: { type, ...error } },
});

const unexpected = ({ status }: Intent): Reply =>
  failure(400, 'invalid_request_error', {
    code: 'payment_intent_unexpected_state',
    message: `The intent is ${status}`,
  });
