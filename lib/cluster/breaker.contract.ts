import { contract } from '../contract/contract.ts';

const state = { type: 'enum', values: ['closed', 'half-open', 'open'] } as const;

/** On every node: the states of its circuit breakers. */
export const breaker = contract(
  'breaker',
  {
    list: {
      summary: 'The circuit breakers of this node: open ones towards other nodes, and all towards the outside',
      visibility: 'public',
      auth: 'internal',
      idempotent: true,
      circuitBreaker: false,
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
