import { Agent, request } from 'node:http';
import { Mailbox } from '../../test/support/mailbox.ts';
import { request as ask, Shopper } from '../../test/support/shop.ts';
import type { Target } from '../targets/targets.ts';
import { IN_FLIGHT } from './measure.ts';

type MailingShop = Pick<Target, 'url' | 'dataDir'>;

/** Registers customers with verified e-mail addresses: others get few mails about their orders. */
export function registerCustomers(shop: MailingShop): Promise<Shopper[]> {
  return Promise.all(Array.from({ length: IN_FLIGHT }, () => registerCustomer(shop)));
}

async function registerCustomer({ url, dataDir }: MailingShop): Promise<Shopper> {
  const customer = await Shopper.at(url);
  const token = await new Mailbox(dataDir).token(customer.email, 'verify-email');
  const { status, body } = await ask(url, 'POST /v1/auth/email/verify', { body: { token } });
  if (status >= 300) throw new Error(`verifying an address answered ${status}: ${JSON.stringify(body)}`);
  return customer;
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
