import { afterEach, describe, expect, test } from '@jest/globals';
import { SEND_LIMITS } from '../../../services/api/http/replies.ts';
import { eventually } from '../../support/eventually.ts';
import { allGone, BODY, closeAll, connectTo, get, type Handle, serve, unread } from '../../support/replies.ts';

afterEach(closeAll);

describe('clients that pipeline ten requests and never read', () => {
  test('hold one answer each, and are cut when none of it has left for too long', async () => {
    let begun = 0;
    const { replies, clock, cut, url } = await serve(
      (_req, res) => {
        begun += 1;
        res.end(BODY);
      },
      { clientBytes: Number.POSITIVE_INFINITY, totalBytes: Number.POSITIVE_INFINITY },
    );
    const connections = Array.from({ length: 8 }, () => unread(url, 10));
    await eventually(
      async () => {
        replies.check();
        return begun;
      },
      (count) => count === connections.length,
    );
    // What the kernel takes of it, it takes in bursts.
    let before = Number.POSITIVE_INFINITY;
    await eventually(
      async () => {
        replies.check();
        const isStill = replies.unsentBytes === before;
        before = replies.unsentBytes;
        return isStill;
      },
      (isStill) => isStill,
    );
    expect(begun).toBe(connections.length);
    expect(replies.unsentBytes).toBeGreaterThan(0);
    expect(replies.unsentBytes).toBeLessThanOrEqual(connections.length * BODY.length);
    clock.time += SEND_LIMITS.unsentMs - 1;
    replies.check();
    expect(cut).toEqual([]);
    // The kernel may have taken more of it meanwhile.
    await eventually(
      async () => {
        clock.time += SEND_LIMITS.unsentMs;
        replies.check();
        return cut.length;
      },
      (count) => count === connections.length,
    );
    expect(new Set(cut)).toEqual(new Set(['unsent-time']));
    expect(replies.unsentBytes).toBe(0);
    expect(begun).toBe(connections.length);
    await allGone(connections);
  });

  test('are cut when one client has too much unsent, and nobody else is', async () => {
    const { replies, cut, url } = await serve(undefined, { clientBytes: 3 * BODY.length });
    const patient = unread(url, 1, 'another');
    await eventually(
      async () => replies.unsentBytes,
      (bytes) => bytes > 0,
    );
    const connections = Array.from({ length: 10 }, () => unread(url, 10));
    await eventually(
      async () => {
        replies.check();
        expect(replies.unsentBytes).toBeLessThanOrEqual(4 * BODY.length);
        return cut.length;
      },
      (count) => count >= connections.length - 4,
    );
    expect(new Set(cut)).toEqual(new Set(['client-bytes']));
    expect(patient.socket.destroyed).toBe(false);
    replies.check();
    expect(connections.length - cut.length).toBeGreaterThanOrEqual(1);
  });

  test('are cut when all together have too much unsent', async () => {
    const { replies, cut, url } = await serve(undefined, { totalBytes: 3 * BODY.length });
    Array.from({ length: 10 }, (_, n) => unread(url, 10, `client-${n}`));
    await eventually(
      async () => {
        replies.check();
        expect(replies.unsentBytes).toBeLessThanOrEqual(3 * BODY.length);
        return cut.length;
      },
      (count) => count >= 6,
    );
    expect(new Set(cut)).toEqual(new Set(['total-bytes']));
  });
});

describe('a client that reads slowly', () => {
  test('is served to the end, as long as it takes some of it in time', async () => {
    const { replies, clock, cut, url } = await serve();
    const connection = connectTo(url);
    connection.socket.pause();
    connection.send(get());
    const size = () => connection.received.length;
    for (let steps = 0; size() < BODY.length; steps++) {
      const before = size();
      connection.socket.resume();
      await eventually(
        async () => size(),
        (now) => now > before,
      );
      connection.socket.pause();
      // So long as it takes for the next part, in the time of the server.
      const left = replies.unsentBytes;
      replies.check();
      clock.time += replies.unsentBytes < left || left === 0 ? SEND_LIMITS.unsentMs - 1 : 0;
      expect(steps).toBeLessThan(1_000_000);
    }
    expect(cut).toEqual([]);
    const [head = '', body = ''] = connection.received.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain(`content-length: ${BODY.length}`);
    expect(body === BODY.toString()).toBe(true);
  });
});

describe('a large answer', () => {
  const TEXT = `${'ä€😀x'.repeat(40_000)}`;
  test.each<[string, Handle, string]>([
    ['a buffer', (_req, res) => void res.end(Buffer.from(TEXT)), TEXT],
    ['a text', (_req, res) => void res.end(TEXT), TEXT],
    ['a text in UTF-8', (_req, res) => void res.end(TEXT, 'utf8'), TEXT],
    ['a text in latin1', (_req, res) => void res.end(Buffer.from(TEXT).toString('latin1'), 'latin1'), TEXT],
    [
      'headers that are sent before',
      (_req, res) => void res.writeHead(200, ['Content-Length', String(Buffer.byteLength(TEXT))]).end(TEXT),
      TEXT,
    ],
    [
      'chunks',
      (_req, res) => {
        res.write('first ');
        res.end(TEXT);
      },
      `first ${TEXT}`,
    ],
    ['a small text', (_req, res) => void res.end('small'), 'small'],
    ['nothing', (_req, res) => void res.end(), ''],
  ])('of %s arrives as it is', async (_name, handle, expected) => {
    const { url } = await serve(handle);
    for (let n = 0; n < 3; n++) {
      const answer = await fetch(url);
      expect((await answer.text()) === expected).toBe(true);
    }
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
  });
});
