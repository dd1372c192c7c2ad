import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';

const subject = { email: 'string', address: 'string' } as const;

export const attempt = contract(
  'attempt',
  {
    begin: {
      ...internal,
      summary: 'Count a login attempt before the password is checked; returns how long to wait, in ms',
      // Counted twice would only be the safer side, but an answer must not be lost to a retry.
      idempotent: false,
      params: subject,
      returns: { type: 'object', props: { wait: 'number' } },
    },
    succeed: { ...internal, summary: 'Record that an attempt had the right password', params: subject },
  },
  {},
);
