import { randomUUID } from 'node:crypto';
import type { Broker } from '../../lib/contract/contract.ts';
import type { Config } from '../../lib/process/config.ts';
import { startNode } from '../../scripts/node.ts';
import { ADDRESS } from './address.ts';
import { checkAnswer } from './answers.ts';

export { ADDRESS } from './address.ts';
export { eventually } from './eventually.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  body: any;
}

interface Options {
  body?: unknown;
  headers?: Record<string, string>;
  token?: string;
}

/** Talks to the shop's gateway as a front end does, and holds each answer against the description of the interface. */
export async function request(url: string, route: string, options: Options = {}): Promise<Answer> {
  const answer = await send(url, route, options);
  const [method = 'GET', path = '/'] = route.split(' ');
  checkAnswer(method, path, answer);
  return answer;
}

/** Talks to any gateway. A body that is a string is sent as it is. */
export async function send(url: string, route: string, { body, headers, token }: Options = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: isJson && text ? JSON.parse(text) : text };
}

/** Asks again after 503: many passwords at once are hashed in turn, and a busy machine may be late. */
async function whenAdmitted(ask: () => Promise<Answer>, ms = 90_000): Promise<Answer> {
  for (const deadline = Date.now() + ms; ; ) {
    const answer = await ask();
    if (answer.status !== 503 || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
  }
}

/** One who is registered and logged in, at a gateway. */
export class Shopper {
  readonly url: string;
  readonly email: string;
  readonly password = 'correct horse battery staple';
  id = '';
  token = '';
  refreshToken = '';
  addressId = '';

  constructor(url: string, email = `${randomUUID()}@example.com`) {
    this.url = url;
    this.email = email;
  }

  /** Registers, and adds an address. */
  static async at(url: string, address?: string): Promise<Shopper> {
    let shopper = new Shopper(url, address);
    let isRepeated = false;
    const { status, body } = await whenAdmitted(async () => {
      // A new address each time, or else a login: what timed out may have been done.
      if (address && isRepeated) {
        const login = { email: address, password: shopper.password };
        const known = await request(url, 'POST /v1/auth/login', { body: login });
        if (known.status === 200) {
          const { body: customer } = await request(url, 'GET /v1/me', { token: known.body.accessToken });
          return { ...known, status: 201, body: { ...known.body, customer } };
        }
      }
      isRepeated = true;
      shopper = new Shopper(url, address);
      const { email, password } = shopper;
      return request(url, 'POST /v1/auth/register', { body: { email, password, name: 'Ada Byron' } });
    });
    if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`);
    shopper.id = body.customer.id;
    shopper.token = body.accessToken;
    shopper.refreshToken = body.refreshToken;
    shopper.addressId = (await shopper.ask('POST /v1/me/addresses', ADDRESS)).body.id;
    return shopper;
  }

  ask(route: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return request(this.url, route, { body, headers, token: this.token });
  }

  put(sku: string, quantity: number): Promise<Answer> {
    return this.ask(`PUT /v1/cart/items/${sku}`, { quantity });
  }

  /** Places an order of what is in the cart. */
  order(key: string = randomUUID(), addressId = this.addressId): Promise<Answer> {
    return this.ask('POST /v1/orders', { addressId }, { 'idempotency-key': key });
  }
}

export interface TestShop {
  url: string;
  broker: Broker;
  stop(): Promise<void>;
}

/** The whole shop in this process, on a free port; `config` says on which engine, see test/support/engines.ts. */
export async function startShop(config: Config): Promise<TestShop> {
  const { port, broker, stop } = await startNode(config, () => undefined);
  return { url: `http://127.0.0.1:${port}`, broker: broker as unknown as Broker, stop };
}
