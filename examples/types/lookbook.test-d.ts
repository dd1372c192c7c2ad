// Checked by the compiler alone (npm run types): what it knows of an extension, and the mistakes that it refuses.
import type { Config } from 'moleculer-shop/config';
import { type Broker, contract } from 'moleculer-shop/contract';
import { publicRead, staff } from 'moleculer-shop/presets';
import { customerOf, service } from 'moleculer-shop/service';
import { store } from 'moleculer-shop/store';
import type { Look } from '../lookbook/product/look/look.ts';

const read = { ...publicRead, summary: 'Read', params: { id: 'string' }, returns: 'any' } as const;

contract('right', { read: { ...read, rest: 'GET /v1/right/:id', problems: ['not-found'] } }, {});
// @ts-expect-error: the path has a parameter that the action does not have
contract('wrong', { read: { ...read, rest: 'GET /v1/wrong/:name' } }, {});
// @ts-expect-error: the shop has no such problem
contract('wrong', { read: { ...read, rest: 'GET /v1/wrong/:id', problems: ['not-fond'] } }, {});
// @ts-expect-error: there is no such scope
contract('wrong', { write: { ...read, ...staff('looks:write') } }, {});

export async function calls(broker: Broker) {
  // An action of the extension, and one of the shop.
  const { title } = await broker.call('look.get', { id: 'rain' });
  const { items } = await broker.call('product.lookup', { ids: [] });
  await broker.broadcast('look.changed', { id: 'rain' });
  // @ts-expect-error: there is no such action
  await broker.call('look.read', { id: 'rain' });
  // @ts-expect-error: the parameter has another name
  await broker.call('look.get', { slug: 'rain' });
  // @ts-expect-error: there is no such event
  await broker.broadcast('look.chagned', { id: 'rain' });
  return [title, items[0]?.slug];
}

const counter = contract('counter', { count: { ...read, rest: 'GET /v1/counts/:id' } }, {});
export const counting = (config: Config) =>
  service(counter, config, {
    mixins: [store<Look>(config, { node: 'product', collection: 'counts' })],
    handlers: {
      async count(ctx) {
        const found: Look | null = await this.store.get(ctx.params.id);
        // @ts-expect-error: no mixin brings further stores
        this.stores;
        return { title: found?.title, customer: customerOf(ctx) };
      },
    },
    events: {
      'order.changed': (ctx) => void ctx.params.id.length,
      // @ts-expect-error: there is no such event
      'order.chagned': () => {},
    },
  });
export const storeless = (config: Config) =>
  // @ts-expect-error: the handler is missing
  service(counter, config, { handlers: {} });
