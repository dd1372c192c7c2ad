import { internal } from '../../../lib/contract/presets.ts';

/** Generates a large catalogue for demos and load tests; part of the `product` contract. */
export const sampleActions = {
  addSamples: {
    summary: 'Add sample products and their stock, by number; existing ones stay',
    ...internal,
    timeout: 60_000,
    params: {
      from: { type: 'number', integer: true, min: 0, max: 10_000_000 },
      count: { type: 'number', integer: true, min: 1, max: 1000 },
    },
    returns: { type: 'object', props: { added: 'number' } },
  },
} as const;
