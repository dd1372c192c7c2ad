import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';

const who = { email: 'string', address: 'string' } as const;

export const attempt = contract(
  'attempt',
  {
    begin: {
      ...internal,
      summary: 'Count an attempt to guess a password, before it is looked at; says for how long to wait, in ms',
      // Counted twice would only be the safer side, but an answer must not be lost to a retry.
      idempotent: false,
      params: who,
      returns: { type: 'object', props: { wait: 'number' } },
    },
    succeed: { ...internal, summary: 'The attempt had the right password', params: who },
  },
  {},
);
