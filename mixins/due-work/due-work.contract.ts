import { contract } from '../../lib/contract/contract.ts';
import { onOneNode } from '../../lib/contract/presets.ts';

/** On every node: the parked work of its queues, for operators. */
export const dueWorkContract = contract(
  'due',
  {
    list: {
      ...onOneNode,
      summary: 'List parked work of the queues of this node, the longest parked first, at most 30 of each queue',
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
      ...onOneNode,
      summary: 'Try parked work again',
      params: { queue: { type: 'string', max: 64 }, id: { type: 'string', max: 256 } },
      problems: ['not-found'],
    },
  },
  {},
);
