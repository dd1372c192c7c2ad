import { contract } from '../../../lib/contract/contract.ts';

const whole = { type: 'number', integer: true, min: 1 } as const;

export const limit = contract(
  'limit',
  {
    take: {
      summary: 'Take some of what a client may ask in a window, for a gateway that spends it',
      visibility: 'public',
      auth: 'internal',
      // Taken twice, a client may ask a little less; that is better than a gateway that waits.
      idempotent: false,
      timeout: 500,
      shardKey: 'key',
      params: { key: { type: 'string', max: 100 }, count: whole, limit: whole, window: whole },
      returns: { type: 'object', props: { granted: 'number', left: 'number', endsAt: 'number' } },
    },
  },
  {},
);
