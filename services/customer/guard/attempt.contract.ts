import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';

const subject = { email: 'string', address: 'string' } as const;

export const attempt = contract(
  'attempt',
  {
    begin: {
      ...internal,
      summary: 'Count a login attempt before the password is checked; returns how long to wait, in ms',
      // A retry would count the attempt twice, and its answer could be a delay that the first call caused.
      idempotent: false,
      params: subject,
      returns: { type: 'object', props: { wait: 'number' } },
    },
    succeed: { ...internal, summary: 'Record that an attempt had the right password', params: subject },
  },
  {},
);
