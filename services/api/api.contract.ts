import { type ActionsOf, contract } from '../../lib/contract.ts';

export const api = contract(
  'api',
  {
    health: {
      summary: 'This process is up',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'GET /healthz',
      params: {},
      returns: { type: 'object', props: { status: { type: 'equal', value: 'ok' } } },
    },
    readiness: {
      summary: 'Every node kind is there and reaches its database',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'GET /readyz',
      params: {},
      returns: { type: 'object', props: { status: { type: 'equal', value: 'ready' } } },
      problems: ['unavailable'],
    },
  },
  {},
);

declare module '../../lib/contract.ts' {
  interface Actions extends ActionsOf<typeof api> {}
}
