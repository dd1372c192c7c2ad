/** Generates a large catalogue for demos and load tests; part of the `product` contract. */
export const sampleActions = {
  addSamples: {
    summary: 'Add made-up products, those with these numbers, and their stock; what is there stays',
    visibility: 'public',
    auth: 'internal',
    idempotent: true,
    timeout: 60_000,
    params: {
      from: { type: 'number', integer: true, min: 0, max: 10_000_000 },
      count: { type: 'number', integer: true, min: 1, max: 1000 },
    },
    returns: { type: 'object', props: { added: 'number' } },
  },
} as const;
