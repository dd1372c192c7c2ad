import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Config } from '../../lib/process/config.ts';

/**
 * Everything that any database of the shop has, and any file beside it, as text. A database server of the shop's own is
 * asked, and not looked into: its journal has what was written until it writes over it.
 */
export async function everything({
  dataDir,
  mongoUrl,
  databasePrefix,
}: Pick<Config, 'dataDir' | 'mongoUrl' | 'databasePrefix'>): Promise<string> {
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const own = files.filter((file) => file.isFile() && !file.parentPath.startsWith(join(dataDir, 'cluster', 'mongo')));
  const texts = own.map((file) => readFile(join(file.parentPath, file.name), 'utf8').catch(ifGone));
  const parts = await Promise.all(texts);
  if (!mongoUrl) return parts.join('\n');
  const client = new MongoClient(mongoUrl);
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
    for (const { name } of databases.filter((database) => database.name.startsWith(databasePrefix))) {
      for (const collection of await client.db(name).collections()) {
        parts.push(JSON.stringify(await collection.find().toArray()));
      }
    }
    return parts.join('\n');
  } finally {
    await client.close();
  }
}

/** What the running shop has removed since the folder was listed holds nothing. */
function ifGone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
