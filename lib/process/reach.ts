import { setTimeout as sleep } from 'node:timers/promises';
import { MIN_PAYLOAD_BYTES } from '../relay/message-limit.ts';
import type { Config } from './config.ts';
import { pingMongo, pingNats, withoutCredentials } from './ping.ts';
import { StartError } from './start-error.ts';

const RETRY_INTERVAL_MS = 500;
const ATTEMPT_TIMEOUT_MS = 2000;

/**
 * Waits until NATS and MongoDB can be reached, if they are configured.
 * @throws {StartError} after `connectTimeout` seconds, with the missing server and what to do
 */
export async function reachServers(config: Config, say: (line: string) => void): Promise<void> {
  const { natsUrl, mongoUrl } = config;
  if (natsUrl) await reach('NATS', 'NATS_URL', natsUrl, () => tryNats(natsUrl, config), config, say);
  if (mongoUrl)
    await reach('MongoDB', 'MONGO_URL', mongoUrl, () => pingMongo(mongoUrl, ATTEMPT_TIMEOUT_MS), config, say);
}

async function reach(
  name: string,
  variable: string,
  url: string,
  attempt: () => Promise<void>,
  { connectTimeout }: Config,
  say: (line: string) => void,
): Promise<void> {
  const address = withoutCredentials(url);
  const end = Date.now() + connectTimeout * 1000;
  for (let first = true; ; first = false) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (Date.now() + RETRY_INTERVAL_MS >= end) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new StartError(
          `${name} at ${address} was not reached within ${connectTimeout} s (${reason}): start it, or set ${variable}`,
        );
      }
      if (first) say(`waiting up to ${connectTimeout} s for ${name} at ${address}`);
      await sleep(RETRY_INTERVAL_MS);
    }
  }
}

async function tryNats(urls: string, { natsFiles }: Config): Promise<void> {
  const { maxPayloadBytes = MIN_PAYLOAD_BYTES } = await pingNats(urls, ATTEMPT_TIMEOUT_MS, natsFiles);
  if (maxPayloadBytes < MIN_PAYLOAD_BYTES) {
    throw new StartError(
      `NATS takes messages of ${maxPayloadBytes} bytes at most (max_payload): set it to ${MIN_PAYLOAD_BYTES} or more`,
    );
  }
}
