import { type ActionsOf, contract } from '../../../lib/contract/contract.ts';

const internal = { visibility: 'public', auth: 'internal' } as const;
const who = { email: 'string', address: 'string' } as const;

export const attempt = contract(
  'attempt',
  {
    begin: {
      ...internal,
      summary: 'Count an attempt to log in before its password is checked; answers how long to wait, in ms',
      // Counted twice would only be the safer side, but an answer must not be lost to a retry.
      idempotent: false,
      params: who,
      returns: { type: 'object', props: { wait: 'number' } },
    },
    succeed: { ...internal, summary: 'Note that the attempt had the right password', idempotent: true, params: who },
  },
  {},
);

declare module '../../../lib/contract/contract.ts' {
  interface Actions extends ActionsOf<typeof attempt> {}
}
