import type { ServiceSchema } from 'moleculer';

/** What Moleculer offers of each node by itself: among it the broker's options, with the addresses of its servers. */
const ACTIONS = ['list', 'services', 'actions', 'events', 'health', 'options', 'metrics'];

/** Moleculer's `$node` service, for its own process alone: neither a gateway nor another node may ask. */
export const nodeService = (): Partial<ServiceSchema> => ({
  name: '$node',
  actions: Object.fromEntries(ACTIONS.map((name) => [name, { visibility: 'protected' }])),
});
