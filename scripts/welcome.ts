import type { Config } from '../lib/process/config.ts';

/** The text on the terminal once the shop answers. */
export function welcome({ host, mongoUrl, natsUrl, dataDir }: Config, port: number): string {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const kept = mongoUrl ? 'in MongoDB' : `in ${dataDir}`;
  return `
The shop listens on ${url}
It runs ${natsUrl ? 'as a node of a cluster' : 'in this one process'} and keeps its data ${kept}.

Try:  curl ${url}/v1/categories
      curl '${url}/v1/products?q=sweater&limit=3'
The README has a whole session, from registering to a tracked order. Ctrl-C stops the shop.
`;
}
