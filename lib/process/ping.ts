import { type NatsFiles, natsOptions } from './nats-options.ts';

// The drivers are imported where they are used: a shop without servers does without them.

/** Connects to MongoDB, and disconnects. @throws when it cannot be reached within `timeoutMs` */
export async function pingMongo(url: string, timeoutMs: number): Promise<void> {
  const { MongoClient } = await import('mongodb');
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
  const { connect } = await import('nats');
  const connection = await connect({ ...natsOptions(urls, files), reconnect: false, timeout: timeoutMs });
  const maxPayloadBytes = connection.info?.max_payload;
  await connection.close();
  return { maxPayloadBytes };
}

/** An address for messages. Not by URL, as a MongoDB address with several hosts is not a valid one. */
export const withoutCredentials = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
