import { contract } from 'moleculer-shop/contract';
import type {} from 'moleculer-shop/contracts';
import { named } from 'moleculer-shop/named';
import { pageOf, pageParams } from 'moleculer-shop/page';
import { publicRead, staff } from 'moleculer-shop/presets';
import { staffLine } from 'moleculer-shop/text-rules';

const id = { type: 'string', pattern: /^[a-z\d]+(-[a-z\d]+)*$/, max: 64 } as const;
const anyId = { type: 'string', max: 64 } as const;
const productIds = {
  type: 'array',
  min: 1,
  max: 20,
  unique: true,
  items: { type: 'string', min: 1, max: 64 },
} as const;

const view = named('Look', { type: 'object', props: { id: 'string', title: 'string', productIds } });
const staffView = named('CheckedLook', {
  type: 'object',
  // Those of its products that are no longer sold: the look is not shown until they are replaced.
  props: { ...view.props, missing: { type: 'array', items: 'string' } },
});

/** Products that are worn or used together, as the shop's stylists choose them. */
export const look = contract(
  'look',
  {
    list: {
      ...publicRead,
      summary: 'List the looks whose products are all sold',
      rest: 'GET /v1/looks',
      params: pageParams,
      returns: pageOf(view),
    },
    get: {
      ...publicRead,
      summary: 'Get a look',
      rest: 'GET /v1/looks/:id',
      params: { id: anyId },
      returns: view,
      problems: ['not-found'],
      nearCache: { ttl: 5000, dropOn: { 'look.changed': 'id' } },
    },
    listAll: {
      ...staff('catalogue:write'),
      summary: 'List all looks, with the products that they miss',
      idempotent: true,
      rest: 'GET /v1/admin/looks',
      params: pageParams,
      returns: pageOf(staffView),
    },
    put: {
      ...staff('catalogue:write'),
      summary: 'Create or replace a look',
      idempotent: true,
      rest: 'PUT /v1/admin/looks/:id',
      status: 204,
      params: { id, title: staffLine, productIds },
      problems: ['invalid-request'],
    },
    remove: {
      ...staff('catalogue:write'),
      summary: 'Remove a look',
      idempotent: true,
      rest: 'DELETE /v1/admin/looks/:id',
      status: 204,
      params: { id: anyId },
    },
  },
  { changed: { summary: 'A look has changed or is gone; may be lost', params: { id: 'string' } } },
);

declare module 'moleculer-shop/contract' {
  interface Registered {
    look: readonly [typeof look];
  }
}
