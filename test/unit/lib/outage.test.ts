import { describe, expect, test } from '@jest/globals';
import { Errors, ServiceBroker } from 'moleculer';
import { MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoTopologyClosedError } from 'mongodb';
import { isOutage } from '../../../lib/process/outage.ts';
import { errors } from '../../../services/shared/problems.ts';

const regenerator = new Errors.Regenerator();
regenerator.init(new ServiceBroker({ logger: false, nodeID: 'there' }));

/** An error as the caller on another node gets it. */
function sent(error: Error): Error {
  const plain = JSON.parse(JSON.stringify(regenerator.extractPlainError(error as never, {})));
  return regenerator.restore(plain, { sender: 'there' });
}

const named = (name: string) => Object.assign(new Error(name), { name });
const server = (code: number, message: string) => new MongoServerError({ code, message });
const call = { action: 'inventory.reserve', nodeID: 'there' };

describe('an outage, here or on another node, is', () => {
  test.each<[string, Error]>([
    ['a dependency of ours that says so', errors.unavailable('Stripe does not answer.')],
    ['a node that does not answer', new Errors.RequestTimeoutError(call)],
    ['a node that is not there', new Errors.ServiceNotAvailableError(call)],
    ['a service that nobody has', new Errors.ServiceNotFoundError(call)],
    ['a node with too much to do', new Errors.QueueIsFullError({ ...call, size: 1, limit: 1 })],
    ['being cut off from NATS', new Errors.BrokerDisconnectedError('Broker is disconnected!')],
    ['a lost connection to the database', new MongoNetworkError('connection lost')],
    ['a connection lost by what others found out', named('PoolClearedOnNetworkError')],
    ['a database in which nobody can be found', new MongoServerSelectionError('nobody', {} as never)],
    ['a database that keeps all connections waiting', named('MongoWaitQueueTimeoutError')],
    ['a database that is being left', new MongoTopologyClosedError()],
    ['a primary that has stepped down', server(189, 'PrimarySteppedDown')],
    ['a primary that is one no more', server(10107, 'NotWritablePrimary')],
    ['a server that is stopping', server(91, 'ShutdownInProgress')],
    ['a write that an election has interrupted', server(11602, 'InterruptedDueToReplStateChange')],
  ])('%s', (_, error) => {
    expect([isOutage(error), isOutage(sent(error))]).toEqual([true, true]);
  });
});

describe('no outage, since it will come again, is', () => {
  test.each<[string, unknown]>([
    ['a mistake of ours', new TypeError('undefined is not a function')],
    ['a refused command', errors.notFound('This order')],
    ['a taken key', server(11000, 'DuplicateKey')],
    ['a document that the database will not have', server(121, 'DocumentValidationFailure')],
    ['the number of an election in an error of another kind', Object.assign(new Error('189'), { code: 189 })],
    ['parameters against the contract', new Errors.ValidationError('wrong', '', {})],
    ['what is no error', { type: 'unavailable' }],
  ])('%s', (_, error) => {
    expect(isOutage(error)).toBe(false);
    if (error instanceof Error) expect(isOutage(sent(error))).toBe(false);
  });
});
