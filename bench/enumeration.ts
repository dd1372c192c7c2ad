// npm run bench:enumeration: whether the time of a login or a password reset shows that an e-mail address is registered.
// Sends both for registered and unknown addresses in random order to a shop in a separate process, and compares the medians.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineLine, thisMachine } from './report/machine.ts';
import { percentile, spreadOf } from './report/statistics.ts';
import { startShopProcess } from './targets/enumeration-shop.ts';

/** Allowed relative difference of the two medians. */
const MAX_MEDIAN_DIFFERENCE = 0.2;
/** Wrong passwords for an account that are answered without a pause. */
const TRIES_PER_ACCOUNT = 4;

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '400' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    out: { type: 'string', default: join(import.meta.dirname, 'results/enumeration.json') },
  },
});
const [samples, seed] = [Number(values.samples), Number(values.seed)];

/** A generator of random numbers from 0 to 1, repeatable by its seed (mulberry32). */
function seededRandom(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Attempt {
  registered: boolean;
  email: string;
}

/** All attempts in random order; each address occurs up to TRIES_PER_ACCOUNT times. */
function shuffledAttempts(random: () => number, emails: { known: string[]; unknown: string[] }): Attempt[] {
  const asked = Array.from({ length: samples }, (_, at) => [
    { registered: true, email: emails.known[at % emails.known.length] ?? '' },
    { registered: false, email: emails.unknown[at % emails.unknown.length] ?? '' },
  ]).flat();
  for (let at = asked.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [asked[at], asked[other]] = [asked[other] as Attempt, asked[at] as Attempt];
  }
  return asked;
}

const machine = thisMachine();
console.error(`${machineLine(machine)}; seed ${seed}`);
const shop = await startShopProcess();
try {
  const random = seededRandom(seed);
  const known = await shop.register(Math.ceil(samples / TRIES_PER_ACCOUNT));
  const unknown = known.map((email) => `not-${email}`);
  const results = [];
  for (const [name, path, status, body] of [
    ['login', '/v1/auth/login', 401, (email: string) => ({ email, password: 'a wrong password' })],
    ['forgotten password', '/v1/auth/password/forgot', 204, (email: string) => ({ email })],
  ] as const) {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (const { registered, email } of shuffledAttempts(random, { known, unknown })) {
      const took = await shop.timed(path, body(email), status);
      times[registered ? 'known' : 'unknown'].push(took);
    }
    const [there, away] = [spreadOf(times.known), spreadOf(times.unknown)];
    const ratio = there.median / away.median;
    const within = Math.abs(Math.log(ratio)) <= Math.log(1 + MAX_MEDIAN_DIFFERENCE);
    results.push({ name, samples, ratio, within, registered: there.median, unknown: away.median });
    const p90 = (values: readonly number[]) => percentile(values, 0.9).toFixed(2);
    console.info(
      `${name}: registered ${there.median.toFixed(2)} ms (p90 ${p90(times.known)}), unknown ${away.median.toFixed(2)} ms ` +
        `(p90 ${p90(times.unknown)}), ratio ${ratio.toFixed(3)}: ${within ? 'within' : 'NOT within'} ${MAX_MEDIAN_DIFFERENCE * 100} %`,
    );
  }
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ machine, seed, bound: MAX_MEDIAN_DIFFERENCE, results }, null, 2)}\n`);
  if (results.some(({ within }) => !within)) process.exitCode = 1;
} finally {
  await shop.stop();
}
