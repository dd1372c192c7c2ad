import { contract } from '../../../lib/contract/contract.ts';
import { publicRead } from '../../../lib/contract/presets.ts';

const page = {
  params: { id: { type: 'string', min: 1, max: 64 } },
  returns: 'any',
  produces: ['text/html'],
  problems: ['not-found'],
} as const;

export const sandboxPages = contract(
  'sandbox-pages',
  {
    challenge: {
      summary: "Get the page where a person approves or declines a charge of the sandbox, in place of a bank's",
      ...publicRead,
      rest: 'GET /sandbox/challenge/:id',
      personal: true,
      ...page,
    },
    answer: {
      summary: 'Send the form of that page',
      ...page,
      ...publicRead,
      rest: 'POST /sandbox/challenge/:id',
      rawBody: 'form',
      params: { ...page.params, form: { type: 'string', pattern: /^decision=(approve|decline)$/ } },
    },
  },
  {},
);
