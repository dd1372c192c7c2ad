import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVER_OPTIONS } from '../../services/api/http/server.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { parsed, RawConnection } from '../support/raw.ts';
import { eventually, request, startShop, type TestShop } from '../support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  const config = engines[0]?.config();
  if (!config) throw new Error('there is no embedded engine');
  shop = await startShop(config);
});
afterAll(async () => {
  expect((await request(shop.url, 'GET /readyz')).status).toBe(200);
  await shop.stop();
  await cleanUp();
});

const HOST = 'Host: shop.example.com\r\n';
const exchange = (text: string) => new RawConnection(shop.url).send(text).untilClosed();

describe('request smuggling', () => {
  const chunked = `POST /v1/auth/logout HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n`;
  test.each([
    ['both lengths', `${chunked}Content-Length: 4\r\n\r\n0\r\n\r\n`],
    [
      'both lengths, the other way round',
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
    ],
    ['two different lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length that is none', `POST / HTTP/1.1\r\n${HOST}Content-Length: +5\r\n\r\nhello`],
    ['a negative length', `POST / HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
    ['a chunk size that is none', `${chunked}\r\nzz\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that is longer than it says', `${chunked}\r\n2\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size that overflows', `${chunked}\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n`],
    [
      'an encoding that hides another',
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    ],
    ['a space before the colon', `POST / HTTP/1.1\r\n${HOST}Content-Length : 5\r\n\r\nhello`],
    ['a folded header', `GET / HTTP/1.1\r\n${HOST}X-One: a\r\n b: c\r\n\r\n`],
    ['a bare line feed', `GET / HTTP/1.1\n${HOST}\r\n\r\n`],
    ['a null byte in a header', `GET / HTTP/1.1\r\n${HOST}X-One: a\0b\r\n\r\n`],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('by %s is refused, and the connection closed', async (_name, text) => {
    const smuggled = 'GET /v1/categories HTTP/1.1\r\nHost: x\r\n\r\n';
    const received = await exchange(text + smuggled);
    const { status, head } = parsed(received);
    expect(status).toBe(400);
    expect(head).toContain('connection: close');
    // What was hidden behind it has no answer.
    expect(received.split('HTTP/1.1 ')).toHaveLength(2);
  });

  test('is answered as a problem, with a request id and the headers of every answer', async () => {
    const { status, head, body } = parsed(await exchange('nonsense\r\n\r\n'));
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/invalid-request', status: 400 });
    for (const name of ['application/problem+json', 'x-request-id: ', 'nosniff', 'content-security-policy']) {
      expect(head).toContain(name);
    }
  });
});

describe('sizes', () => {
  test('headers over 16 KiB are answered with 431', async () => {
    const { status, body } = parsed(await exchange(`GET / HTTP/1.1\r\n${HOST}X-Big: ${'x'.repeat(17_000)}\r\n\r\n`));
    expect([status, JSON.parse(body).type]).toEqual([431, '/problems/headers-too-large']);
  });

  test('an address over 4096 characters is answered with 414', async () => {
    const answer = await request(shop.url, `GET /v1/products?q=${'x'.repeat(4100)}`);
    expect(answer).toMatchObject({ status: 414, body: { type: '/problems/uri-too-long' } });
  });
});

describe('slow clients', () => {
  test('have 10 seconds for a request, and it is looked at each second', () => {
    expect(SERVER_OPTIONS).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1000,
    });
  });

  test('slow headers and slow bodies are cut at 10 s, with 408', async () => {
    const slow = [
      `GET /v1/categories HTTP/1.1\r\n${HOST}X-Slow: `,
      `POST /v1/auth/logout HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ].map((start) => {
      const connection = new RawConnection(shop.url).send(start);
      const drip = setInterval(() => connection.send('x'), 500);
      return connection.untilClosed().finally(() => clearInterval(drip));
    });
    for (const received of await Promise.all(slow)) {
      const { status, body } = parsed(received);
      expect([status, JSON.parse(body).type]).toEqual([408, '/problems/request-timeout']);
    }
  });

  test('1,000 idle connections leave the shop answering', async () => {
    const idle = Array.from({ length: 1000 }, () => new RawConnection(shop.url));
    try {
      await eventually(
        async () => idle.filter(({ socket }) => socket.readyState === 'open').length,
        (open) => open === 1000,
      );
      for (const connection of idle.slice(0, 500)) connection.send('GET /v1/categories HTTP/1.1\r\n');
      const answers = await Promise.all(Array.from({ length: 20 }, () => request(shop.url, 'GET /v1/categories')));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    } finally {
      for (const { socket } of idle) socket.destroy();
    }
  });
});
