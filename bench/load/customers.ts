import { Agent, request } from 'node:http';
import { request as ask, Shopper } from '../../test/support/shop.ts';
import { IN_FLIGHT } from './measure.ts';

export function registerCustomers(url: string): Promise<Shopper[]> {
  return Promise.all(Array.from({ length: IN_FLIGHT }, () => Shopper.at(url)));
}

/** Renews the access tokens, which expire after minutes, and empties the carts. */
export async function renewSessions(customers: readonly Shopper[]): Promise<void> {
  const each = customers.map(async (customer) => {
    const { status, body } = await ask(customer.url, 'POST /v1/auth/refresh', {
      body: { refreshToken: customer.refreshToken },
    });
    if (status !== 200) throw new Error(`a refresh answered ${status}: ${JSON.stringify(body)}`);
    customer.token = body.accessToken;
    customer.refreshToken = body.refreshToken;
    const emptied = await customer.ask('DELETE /v1/cart');
    if (emptied.status !== 200) throw new Error(`emptying a cart answered ${emptied.status}`);
  });
  await Promise.all(each);
}

export interface Reply {
  status: number;
  body: string;
}

/** A customer's browser, with one connection. `fetch` would take three times the processor time. */
export class Browser {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #customer: Shopper;

  constructor(customer: Shopper) {
    this.#customer = customer;
  }

  send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Reply> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agent,
        method,
        headers: {
          authorization: `Bearer ${this.#customer.token}`,
          ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}),
          ...headers,
        },
      };
      const sent = request(this.#customer.url + path, options, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          body += part;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
