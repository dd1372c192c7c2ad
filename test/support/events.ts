import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Shopper } from './shop.ts';

export interface ServerSentEvent {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an event
  data: any;
}

/** Follows a stream of server-sent events of an order, as a browser does. */
export class Follower {
  readonly events: ServerSentEvent[] = [];
  readonly response: IncomingMessage;
  ended = false;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    response.on('error', () => undefined);
    response.once('close', () => {
      this.ended = true;
    });
  }

  static of(shopper: Shopper, orderId: string, after?: string): Promise<Follower> {
    return Follower.at(shopper.url, orderId, {
      authorization: `Bearer ${shopper.token}`,
      ...(after === undefined ? {} : { 'last-event-id': after }),
    });
  }

  static async at(url: string, orderId: string, headers: Record<string, string>): Promise<Follower> {
    const request = get(`${url}/v1/orders/${orderId}/events`, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Follower(response);
  }

  close(): void {
    this.response.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields.id)
        this.events.push({ id: fields.id, event: fields.event ?? '', data: JSON.parse(fields.data ?? '') });
    }
  }
}
