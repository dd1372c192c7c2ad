import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';

const whole = { type: 'number', integer: true, min: 1 } as const;

export const limit = contract(
  'limit',
  {
    take: {
      summary: "Take a part of a client's rate limit in a window for a gateway",
      ...internal,
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
