import { contract } from '../../../lib/contract/contract.ts';

export const accountPages = contract(
  'account-pages',
  {
    page: {
      summary: 'A page that a link in a mail leads to, or a part of it',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'GET /account/:page',
      params: { page: { type: 'string', max: 64 } },
      returns: 'any',
      produces: ['text/html', 'text/javascript', 'text/css'],
      problems: ['not-found'],
    },
  },
  {},
);
