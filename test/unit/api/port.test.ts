import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Port } from '../../../services/api/http/port.ts';

const RUSH = 64;

/** A server that answers everything with 200. */
async function listening() {
  const server = createServer((_req, res) => void res.end('here'));
  const port = new Port(server, false);
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
  return { server, port, number: (server.address() as AddressInfo).port };
}

/** Only Linux spreads the connections of a port among its sockets. */
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a rush of new connections does not wait for a round of the event loop each', async () => {
  const { server, port, number } = await listening();
  let taken = 0;
  server.on('connection', () => {
    taken += 1;
  });
  const clients = Array.from({ length: RUSH }, () => connect(number, '127.0.0.1'));
  let most = 0;
  for (let before = 0; taken < RUSH; before = taken) {
    await nextRound();
    most = Math.max(most, taken - before);
  }
  expect(most).toBeGreaterThan(4);
  for (const client of clients) client.destroy();
  await port.close();
});

test('each connection is answered, and after the port is closed those that are open still are, but no new one', async () => {
  const { port, number } = await listening();
  const ask = async (client: Socket) => {
    client.write('GET / HTTP/1.1\r\nHost: shop\r\n\r\n');
    const [data] = (await once(client, 'data')) as [Buffer];
    return data.toString().split('\r\n')[0];
  };
  const clients = Array.from({ length: RUSH }, () => connect(number, '127.0.0.1'));
  expect(new Set(await Promise.all(clients.map(ask)))).toEqual(new Set(['HTTP/1.1 200 OK']));
  const closed = port.close();
  expect(new Set(await Promise.all(clients.map(ask)))).toEqual(new Set(['HTTP/1.1 200 OK']));
  for (let n = 0; n < RUSH; n++) {
    const [error] = (await once(connect(number, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
  for (const client of clients) client.destroy();
  await closed;
});
