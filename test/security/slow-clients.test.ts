import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contract } from '../../lib/contract/contract.ts';
import { service } from '../../lib/contract/service.ts';
import { SEND_LIMITS } from '../../services/api/http/replies.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { startGateways, type TestGateways } from '../support/gateways.ts';
import { RawConnection } from '../support/raw.ts';
import { eventually } from '../support/shop.ts';

const MIB = 1024 ** 2;
/** More than the kernel takes for a client that does not read. */
const LARGE = Buffer.alloc(12 * MIB, 'x');
const LIMIT = 3 * LARGE.length;
const CONNECTIONS = 12;

const files = contract(
  'files',
  {
    large: {
      summary: 'A large file',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'GET /v1/large',
      params: {},
      returns: 'any',
      produces: ['text/plain'],
    },
  },
  {},
);

const clock = { time: 0, now: () => clock.time };
let gateways: TestGateways;
beforeAll(async () => {
  const config = engines[0]?.config();
  if (!config) throw new Error('there is no embedded engine');
  gateways = await startGateways(config, {
    contract: files,
    schema: service(files, config, {
      handlers: {
        large(ctx) {
          ctx.meta.$responseType = 'text/plain';
          return LARGE;
        },
      },
    }),
    apart: false,
    sending: { limits: { ...SEND_LIMITS, clientBytes: LIMIT }, clock },
  });
});
afterAll(async () => {
  await gateways.stop();
  await cleanUp();
});

/** What operators see. */
function metric(name: string): number {
  const values = (gateways.home.metrics.getMetric(name)?.snapshot() ?? []) as { value: number }[];
  return values.reduce((sum, { value }) => sum + value, 0);
}

test('clients that pipeline ten requests and never read hold bounded memory, are cut, and nobody else is', async () => {
  const url = gateways.urls[0] ?? '';
  const unread = Array.from({ length: CONNECTIONS }, () => {
    const connection = new RawConnection(url);
    connection.socket.pause();
    return connection.send('GET /v1/large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
  });
  const patient = new RawConnection(url);
  try {
    // One client may hold three of them: the others are cut at once.
    await eventually(
      async () => metric('shop.cut.connections.total'),
      (cut) => cut >= CONNECTIONS - 4,
    );
    await eventually(
      async () => metric('shop.unsent.bytes'),
      (bytes) => bytes > 0,
    );
    expect(metric('shop.unsent.bytes')).toBeLessThanOrEqual(LIMIT);

    // What is left of them is cut when nothing of it has been read for long enough.
    await eventually(
      async () => {
        clock.time += SEND_LIMITS.unsentMs;
        return [metric('shop.cut.connections.total'), metric('shop.unsent.bytes')];
      },
      ([cut, bytes]) => cut === CONNECTIONS && bytes === 0,
    );
    await eventually(
      async () => {
        // Only one who writes hears of a reset.
        for (const { socket } of unread) if (!socket.destroyed) socket.write('x');
        return unread.every(({ socket }) => socket.destroyed);
      },
      (gone) => gone,
    );

    // One who reads slowly has all of it.
    patient.send('GET /v1/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    patient.socket.on('data', () => {
      patient.socket.pause();
      setImmediate(() => patient.socket.resume());
    });
    const [, body = ''] = (await patient.untilClosed()).split('\r\n\r\n');
    expect(body.length).toBe(LARGE.length);
    expect(metric('shop.cut.connections.total')).toBe(CONNECTIONS);
  } finally {
    for (const { socket } of [...unread, patient]) socket.destroy();
  }
});
