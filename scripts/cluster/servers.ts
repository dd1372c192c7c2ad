import { join } from 'node:path';
import type { Child } from '../servers/child.ts';
import { randomPasswords, type Server, startMongo, startNats } from '../servers/start.ts';
import type { ProcessKeeper } from './keeper.ts';
import type { Addresses } from './plan.ts';

type Keep = <C extends Child>(id: 'nats' | 'mongo', start: () => Promise<C>) => ProcessKeeper<C>;

/**
 * Addresses of NATS and MongoDB: those of `env`, else of servers that are started here with their data in `folder`, and
 * restarted on the same port.
 * @param keep returns the keeper of a server to be started here
 * @throws {StartError} when a server is not found or does not start
 */
export async function findServers(env: NodeJS.ProcessEnv, folder: string, keep: Keep): Promise<Addresses> {
  const [nats, mongo] = await Promise.all([
    natsFromEnv(env) ?? startOwnNats(folder, keep),
    findMongoUrl(env, folder, keep),
  ]);
  return { ...nats, ...mongo };
}

function natsFromEnv({ NATS_URL, NATS_SYSTEM_URL }: NodeJS.ProcessEnv): Omit<Addresses, 'mongoUrl'> | undefined {
  return NATS_URL ? { natsUrl: NATS_URL, ...(NATS_SYSTEM_URL ? { natsSystemUrl: NATS_SYSTEM_URL } : {}) } : undefined;
}

async function startOwnNats(folder: string, keep: Keep): Promise<Omit<Addresses, 'mongoUrl'>> {
  const options = { dataDir: join(folder, 'nats'), passwords: randomPasswords(), detached: true };
  const { url, systemUrl } = await keep(
    'nats',
    onSamePort((port) => startNats({ ...options, ...port })),
  ).run();
  return { natsUrl: url, natsSystemUrl: systemUrl };
}

async function findMongoUrl(
  { MONGO_URL }: NodeJS.ProcessEnv,
  folder: string,
  keep: Keep,
): Promise<{ mongoUrl: string }> {
  if (MONGO_URL) return { mongoUrl: MONGO_URL };
  const options = { dataDir: join(folder, 'mongo'), detached: true };
  return {
    mongoUrl: (
      await keep(
        'mongo',
        onSamePort((port) => startMongo({ ...options, ...port })),
      ).run()
    ).url,
  };
}

/** Starts on a free port the first time, and on the same port after that. */
function onSamePort<S extends Server>(start: (port: { port?: number }) => Promise<S>): () => Promise<S> {
  let taken: { port?: number } = {};
  return async () => {
    const server = await start(taken);
    taken = { port: server.port };
    return server;
  };
}
