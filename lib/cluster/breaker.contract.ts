import { contract } from '../contract/contract.ts';
import { onOneNode } from '../contract/presets.ts';

const state = { type: 'enum', values: ['closed', 'half-open', 'open'] } as const;

/** On every node: the states of its circuit breakers. */
export const breaker = contract(
  'breaker',
  {
    list: {
      summary: 'List the circuit breakers of this node: open ones to other nodes, and all to outside servers',
      ...onOneNode,
      timeout: 2000,
      params: {},
      returns: {
        type: 'object',
        props: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              /** `target`: `<node>:<action>`, or the label of a server outside the shop. */
              props: { target: 'string', state },
            },
          },
        },
      },
    },
  },
  {},
);
