import { MongoClient } from 'mongodb';
import { connect } from 'nats';
import { type NatsFiles, natsOptions } from './nats-options.ts';

/** Connects to MongoDB, and disconnects. @throws when it cannot be reached within `timeoutMs` */
export async function pingMongo(url: string, timeoutMs: number): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: timeoutMs });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

/**
 * Connects to NATS, and disconnects.
 * @throws when it cannot be reached within `timeoutMs`, or refuses the credentials
 * @returns its size limit of a message (`max_payload`)
 */
export async function pingNats(
  urls: string,
  timeoutMs: number,
  files?: NatsFiles,
): Promise<{ maxPayloadBytes: number | undefined }> {
  const connection = await connect({ ...natsOptions(urls, files), reconnect: false, timeout: timeoutMs });
  const maxPayloadBytes = connection.info?.max_payload;
  await connection.close();
  return { maxPayloadBytes };
}

/** An address for messages. Not by URL, as a MongoDB address with several hosts is not a valid one. */
export const withoutCredentials = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
