import { type ActionsOf, contract } from '../../lib/contract.ts';
import { pageOf } from '../../lib/page.ts';

export const category = contract(
  'category',
  {
    list: {
      summary: 'All categories, in the order of the shop',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      timeout: 1000,
      rest: 'GET /v1/categories',
      params: {},
      returns: pageOf({
        type: 'object',
        props: { id: 'string', slug: 'string', title: 'string', description: 'string' },
      }),
      nearCache: { ttl: 1000, dropOn: {} },
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof category> {}
}
