import { contract } from '../contract/contract.ts';
import { onOneNode } from '../contract/presets.ts';

/** Not idempotent: each call reads on. */
const onReadingNode = { ...onOneNode, idempotent: false } as const;
const id = { type: 'string', max: 64 } as const;

/** On every node: the actions by which other nodes read its streams. */
export const relay = contract(
  'relay',
  {
    read: {
      ...onReadingNode,
      summary: 'Read the next part of a stream of this node, in base64',
      // Longer than a client may pause in an upload.
      timeout: 15_000,
      params: { id },
      returns: { type: 'object', props: { data: 'string', end: 'boolean' } },
      problems: ['unavailable', 'payload-too-large', 'request-timeout', 'invalid-request'],
    },
    close: { ...onReadingNode, summary: 'Close a stream of this node', params: { id } },
  },
  {},
);
