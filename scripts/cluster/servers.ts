import { join } from 'node:path';
import type { Child } from '../servers/child.ts';
import { randomPasswords, type Server, startMongo, startNats } from '../servers/start.ts';
import type { NodeKeeper } from './keeper.ts';
import type { Addresses } from './plan.ts';

type Keep = <C extends Child>(id: 'nats' | 'mongo', start: () => Promise<C>) => NodeKeeper<C>;

/**
 * NATS and MongoDB: those that `env` names, else started with their data in `folder` and kept, always on the same port.
 * @param keep makes the keeper of a server, which is started here
 * @throws {StartError} when one cannot be had
 */
export async function findServers(env: NodeJS.ProcessEnv, folder: string, keep: Keep): Promise<Addresses> {
  const [nats, mongo] = await Promise.all([givenNats(env) ?? startedNats(folder, keep), mongoUrl(env, folder, keep)]);
  return { ...nats, ...mongo };
}

function givenNats({ NATS_URL, NATS_SYSTEM_URL }: NodeJS.ProcessEnv): Omit<Addresses, 'mongoUrl'> | undefined {
  return NATS_URL ? { natsUrl: NATS_URL, ...(NATS_SYSTEM_URL ? { natsSystemUrl: NATS_SYSTEM_URL } : {}) } : undefined;
}

async function startedNats(folder: string, keep: Keep): Promise<Omit<Addresses, 'mongoUrl'>> {
  const options = { dataDir: join(folder, 'nats'), passwords: randomPasswords(), detached: true };
  const { url, systemUrl } = await keep(
    'nats',
    samePort((port) => startNats({ ...options, ...port })),
  ).run();
  return { natsUrl: url, natsSystemUrl: systemUrl };
}

async function mongoUrl({ MONGO_URL }: NodeJS.ProcessEnv, folder: string, keep: Keep): Promise<{ mongoUrl: string }> {
  if (MONGO_URL) return { mongoUrl: MONGO_URL };
  const options = { dataDir: join(folder, 'mongo'), detached: true };
  return {
    mongoUrl: (
      await keep(
        'mongo',
        samePort((port) => startMongo({ ...options, ...port })),
      ).run()
    ).url,
  };
}

/** A free port the first time, and that one again each time after it. */
function samePort<S extends Server>(start: (port: { port?: number }) => Promise<S>): () => Promise<S> {
  let taken: { port?: number } = {};
  return async () => {
    const server = await start(taken);
    taken = { port: server.port };
    return server;
  };
}
