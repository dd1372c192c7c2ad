import autocannon from 'autocannon';
import { percentile } from '../report/statistics.ts';
import { IN_FLIGHT, type Run } from './measure.ts';

export interface HttpRequest {
  method: 'GET' | 'PUT' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Sends requests over one connection for each list. A connection repeats its list, and sends each request after the answer to
 * the one before.
 */
export async function load(url: string, lists: readonly (readonly HttpRequest[])[], seconds: number): Promise<Run> {
  const left = lists.map((list) => list.map((request) => ({ ...request })));
  // autocannon's histogram has a resolution of 1 ms.
  const times: number[] = [];
  const failures = new Set<string>();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections: lists.length,
        duration: seconds,
        sampleInt: 100, // autocannon ends only at the end of a sample
        setupClient: (client) => client.setRequests(left.pop() ?? []),
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    instance.on('response', (_client, status, _bytes, time) => {
      times.push(time);
      if (status !== 200) failures.add(`answer ${status}`);
    });
    instance.on('reqError', (error: Error) => failures.add(error.message));
  });
  return {
    rate: result['2xx'] / result.duration,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    count: result['2xx'],
    errors: result.errors + result.non2xx,
    samples: [...failures].slice(0, 5),
  };
}

/** The same requests for every connection, each starting at another place of the list. */
export function spread(paths: readonly string[], headers: Record<string, string> = {}): HttpRequest[][] {
  return Array.from({ length: IN_FLIGHT }, (_, connection) => {
    const start = Math.floor((connection * paths.length) / IN_FLIGHT);
    return [...paths.slice(start), ...paths.slice(0, start)].map((path) => ({ method: 'GET', path, headers }));
  });
}
