import type { ServiceSchema } from 'moleculer';

/** Moleculer's built-in actions of a node. `options` reveals the broker's options, with the addresses of its servers. */
const NODE_ACTIONS = ['list', 'services', 'actions', 'events', 'health', 'options', 'metrics'];

/** Moleculer's `$node` service, restricted to its own process: neither a gateway nor another node may call it. */
export const nodeService = (): Partial<ServiceSchema> => ({
  name: '$node',
  actions: Object.fromEntries(NODE_ACTIONS.map((name) => [name, { visibility: 'protected' }])),
});
