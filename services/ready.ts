/** The action by which each node kind says that it reaches its database. */
export const readyAction = {
  summary: 'Check that this node kind reaches its database',
  visibility: 'public',
  auth: 'internal',
  idempotent: true,
  // It is asked whether the node can answer now.
  circuitBreaker: false,
  timeout: 2000,
  params: {},
} as const;
