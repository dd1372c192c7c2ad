import {
  type Collection,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerError,
  MongoWriteConcernError,
} from 'mongodb';
import type { Versioned } from './patch.ts';

/**
 * Inserts documents by one command, each by itself. Resolves with the server's refusals by the documents' positions; the others
 * are durable.
 * @throws when it is unknown what was written
 */
export async function insertTogether(
  collection: Pick<Collection<Versioned>, 'insertMany'>,
  documents: readonly Versioned[],
): Promise<ReadonlyMap<number, MongoServerError>> {
  try {
    await collection.insertMany(documents, { ordered: false });
    return new Map();
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const refusals = [error.writeErrors].flat();
    if (refusals.length === 0) throw causeOf(error);
    const unconfirmed = error.result.getWriteConcernError();
    if (unconfirmed) {
      const { code = 0, errmsg = '' } = unconfirmed;
      throw new MongoWriteConcernError({ ok: 1, writeConcernError: { code, errmsg } });
    }
    return new Map(
      refusals.map(({ index, code, errmsg }) => [
        index,
        new MongoServerError({ message: errmsg ?? '', code, index: 0 }),
      ]),
    );
  }
}

/**
 * The cause of a failed command in which no document was refused: the driver hides that it lost the connection, or the
 * server's error for the whole command. It is unknown how much was written.
 */
function causeOf(error: MongoBulkWriteError): Error {
  const { message, code } = error;
  return code === undefined
    ? new MongoNetworkError(message, { cause: error })
    : new MongoServerError({ message, code, cause: error });
}
