import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Server, startMongo, startNats } from '../../scripts/servers/start.ts';
import globalTeardown, { started } from './global-teardown.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The nodes that tests start, about a hundred in a run, take their stripped and compiled sources from a cache: that is half
 * of what a start costs. Filled here, as a node that is killed does not write it.
 */
async function cacheCompiledSources(): Promise<void> {
  process.env.NODE_COMPILE_CACHE ||= join(ROOT, 'node_modules/.cache/node-compile');
  const nodeSource = pathToFileURL(join(ROOT, 'scripts/node.ts')).href;
  await promisify(execFile)(process.execPath, [
    '-e',
    `import(${JSON.stringify(nodeSource)}).then(() => process.exit())`,
  ]);
}

/**
 * Gives the tests a MongoDB and a NATS: `TEST_MONGO_URL`, `TEST_NATS_URL` and `TEST_NATS_SYSTEM_URL`, taken from
 * `MONGO_URL`, `NATS_URL` and `NATS_SYSTEM_URL`, else started here. Left unset, with a loud line, where there are none;
 * in CI that is an error.
 */
export default async function globalSetup(): Promise<void> {
  const { env } = process;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalTeardown().then(() => process.exit(128 + constants.signals[signal])));
  }
  const folder = await mkdtemp(join(tmpdir(), 'shop-test-'));
  started.folders.push(folder);
  const keep = <S extends Server>(server: S): S => {
    started.servers.push(server);
    return server;
  };
  const mongo = async () => {
    env.TEST_MONGO_URL = env.MONGO_URL || keep(await startMongo({ dataDir: join(folder, 'mongo') })).url;
  };
  const nats = async () => {
    if (env.NATS_URL) {
      env.TEST_NATS_URL = env.NATS_URL;
      if (env.NATS_SYSTEM_URL) env.TEST_NATS_SYSTEM_URL = env.NATS_SYSTEM_URL;
      return;
    }
    const server = keep(await startNats({ dataDir: join(folder, 'nats') }));
    env.TEST_NATS_URL = server.url;
    env.TEST_NATS_SYSTEM_URL = server.systemUrl;
  };
  const [servers] = await Promise.all([Promise.allSettled([mongo(), nats()]), cacheCompiledSources()]);
  const missing = servers.filter((result) => result.status === 'rejected');
  for (const { reason } of missing) console.error(`\n*** TESTS WILL BE SKIPPED: ${(reason as Error).message} ***\n`);
  if (missing.length > 0 && env.CI && env.CI !== 'false') {
    await globalTeardown();
    throw new Error('in CI no test may be skipped for want of a server');
  }
}
