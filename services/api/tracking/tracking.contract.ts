import { contract } from '../../../lib/contract/contract.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';

export const tracking = contract(
  'tracking',
  {
    follow: {
      summary: 'Follow one of my orders by server-sent events',
      ...ownData,
      guest: 'order',
      idempotent: true,
      rest: 'GET /v1/orders/:id/events',
      headers: { after: 'Last-Event-ID' },
      params: { id: anyId, after: { type: 'string', pattern: /^\d{1,6}$/, optional: true } },
      // A stream, and no JSON.
      returns: 'any',
      produces: ['text/event-stream'],
      problems: ['not-found', 'limit-reached'],
    },
  },
  {},
);
