/** The action by which each node kind says that it reaches its database. */
export const readyAction = {
  summary: 'Resolves when the database of this node kind is reached',
  visibility: 'public',
  auth: 'internal',
  idempotent: true,
  // It is asked whether the node can answer now.
  circuitBreaker: false,
  timeout: 2000,
  params: {},
} as const;
