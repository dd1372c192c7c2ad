import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';

const positiveInteger = { type: 'number', integer: true, min: 1 } as const;

export const limit = contract(
  'limit',
  {
    take: {
      summary: "Take a part of a client's rate limit in a window for a gateway",
      ...internal,
      // A lost answer costs the client a part of its limit; a retry would make the gateway wait.
      idempotent: false,
      timeout: 500,
      shardKey: 'key',
      params: {
        key: { type: 'string', max: 100 },
        count: positiveInteger,
        limit: positiveInteger,
        window: positiveInteger,
      },
      returns: { type: 'object', props: { granted: 'number', left: 'number', endsAt: 'number' } },
    },
  },
  {},
);
