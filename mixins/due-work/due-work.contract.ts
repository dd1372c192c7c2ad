import { contract } from '../../lib/contract/contract.ts';

const internal = { visibility: 'public', auth: 'internal', idempotent: true, circuitBreaker: false } as const;

/** On every node: the work that its queues have left to an operator. */
export const dueWorkContract = contract(
  'due',
  {
    list: {
      ...internal,
      summary: 'Parked work of the queues of this node, the longest parked first, 30 of each queue at most',
      timeout: 2000,
      params: {},
      returns: {
        type: 'object',
        props: {
          queues: { type: 'array', items: 'string' },
          items: {
            type: 'array',
            items: {
              type: 'object',
              props: { queue: 'string', id: 'string', parkedAt: 'string', failures: 'number', error: 'string' },
            },
          },
        },
      },
    },
    replay: {
      ...internal,
      summary: 'Try parked work again',
      params: { queue: { type: 'string', max: 64 }, id: { type: 'string', max: 256 } },
      problems: ['not-found'],
    },
  },
  {},
);
