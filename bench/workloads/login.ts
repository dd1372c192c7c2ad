import { registerCustomers } from '../load/customers.ts';
import { load } from '../load/http-load.ts';
import type { Contender, Workload } from '../load/measure.ts';
import type { BenchSetup } from './setup.ts';

/** Logins, each with the hash of a password. */
export async function loginWorkload({ shops }: BenchSetup): Promise<Workload> {
  const contenders: Contender[] = [];
  for (const shop of shops) {
    const { name, url, pids } = shop;
    const customers = await registerCustomers(shop);
    const requests = customers.map(({ email, password }) => [
      {
        method: 'POST' as const,
        path: '/v1/auth/login',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      },
    ]);
    contenders.push({ name, pids, run: (seconds) => load(url, requests, seconds) });
  }
  return { name: 'login', title: 'login', contenders };
}
