import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { type Config, loadConfig } from '../../lib/process/config.ts';
import { UNLIMITED } from './unlimited.ts';

/** One of the two databases that the shop runs on. */
export interface TestEngine {
  name: 'nedb' | 'mongo';
  /** There is no such database here. */
  skip: boolean;
  /** A config with a data folder and databases of its own; `env` overrides its variables. */
  config(env?: NodeJS.ProcessEnv): Config;
}

const mongoUrl = process.env.TEST_MONGO_URL;
const made: Config[] = [];

const fresh = (env: NodeJS.ProcessEnv): Config => {
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: mkdtempSync(join(tmpdir(), 'shop-data-')),
    DATABASE_PREFIX: `test-${randomBytes(6).toString('hex')}-`,
    PORT: '0',
    SEED: 'false',
    LOG_LEVEL: 'error',
    ...UNLIMITED,
    // What a cluster has no default for.
    ...(env.NATS_URL ? { MAIL: 'file', PUBLIC_URL: 'http://127.0.0.1:3000' } : {}),
    ...env,
  });
  made.push(config);
  return config;
};

export const engines: readonly TestEngine[] = [
  { name: 'nedb', skip: false, config: (env) => fresh({ ...env, MONGO_URL: '' }) },
  { name: 'mongo', skip: !mongoUrl, config: (env) => fresh({ ...env, MONGO_URL: mongoUrl }) },
];

/** The same suite on each engine. Removes what `config()` made when the suite is through. */
export function eachEngine(title: string, suite: (engine: TestEngine) => void): void {
  for (const engine of engines) {
    const name = `${title}, on ${engine.name}`;
    if (!engine.skip) {
      describe(name, () => {
        suite(engine);
        afterAll(cleanUp); // after the suite's own, which stop what uses the data
      });
    } else if (process.env.CI && process.env.CI !== 'false') {
      test(name, () => {
        throw new Error('in CI no test may be skipped for want of a server: TEST_MONGO_URL is not set');
      });
    } else {
      console.error(`\n*** SKIPPED for want of TEST_MONGO_URL: ${name} ***\n`);
      describe.skip(name, () => suite(engine));
    }
  }
}

/** Removes the folders and databases of every `config()` so far. */
export async function cleanUp(): Promise<void> {
  const configs = made.splice(0);
  for (const { dataDir } of configs) await rm(dataDir, { recursive: true, force: true });
  const prefixes = configs.filter((config) => config.mongoUrl).map(({ databasePrefix }) => databasePrefix);
  if (!mongoUrl || prefixes.length === 0) return;
  const client = new MongoClient(mongoUrl, { serverSelectionTimeoutMS: 5000 });
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) {
      if (prefixes.some((prefix) => name.startsWith(prefix))) await client.db(name).dropDatabase();
    }
  } finally {
    await client.close();
  }
}
