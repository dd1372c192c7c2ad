import { contract } from '../../../lib/contract/contract.ts';
import { publicRead } from '../../../lib/contract/presets.ts';

export const accountPages = contract(
  'account-pages',
  {
    page: {
      summary: 'Get a page that a link in a mail leads to, or a file of it',
      ...publicRead,
      rest: 'GET /account/:page',
      params: { page: { type: 'string', max: 64 } },
      returns: 'any',
      produces: ['text/html', 'text/javascript', 'text/css'],
      problems: ['not-found'],
    },
  },
  {},
);
