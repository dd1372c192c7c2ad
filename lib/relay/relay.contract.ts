import { contract } from '../contract/contract.ts';

const internal = { visibility: 'public', auth: 'internal', idempotent: false, circuitBreaker: false } as const;
const id = { type: 'string', max: 64 } as const;

/** On every node: the actions by which other nodes read its streams. */
export const relay = contract(
  'relay',
  {
    read: {
      ...internal,
      summary: 'The next part of a stream of this node, in base64',
      // More than a client may pause in an upload.
      timeout: 15_000,
      params: { id },
      returns: { type: 'object', props: { data: 'string', end: 'boolean' } },
      problems: ['unavailable', 'payload-too-large', 'request-timeout', 'invalid-request'],
    },
    close: { ...internal, summary: 'Nobody will read this stream any more', params: { id } },
  },
  {},
);
