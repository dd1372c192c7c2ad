import { afterEach, describe, expect, test } from '@jest/globals';
import { SEND_LIMITS } from '../../../services/api/http/replies.ts';
import { eventually } from '../../support/eventually.ts';
import { allGone, closeAll, connectTo, get, serve, unread } from '../../support/replies.ts';

afterEach(closeAll);

describe('requests of one connection', () => {
  test('are answered one after the other, in their order', async () => {
    let [under, most] = [0, 0];
    const { url } = await serve(async (req, res) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      res.end(`answer to ${req.url}\n`);
    });
    const connection = connectTo(url);
    connection.send(['/1', '/2', '/3', '/4', '/5'].map((path) => get('one', path)).join(''));
    await eventually(
      async () => connection.received.match(/answer to \/\d/g),
      (answers) => answers?.length === 5,
    );
    expect(most).toBe(1);
    expect(connection.received.match(/answer to \/\d/g)?.join()).toBe(
      [1, 2, 3, 4, 5].map((n) => `answer to /${n}`).join(),
    );
  });

  test('wait in a bounded number: one that sends more is cut, without its answers being made', async () => {
    let begun = 0;
    const { cut, url } = await serve(() => {
      begun += 1; // and never ended
    });
    const connection = unread(url, SEND_LIMITS.pipelined + 2);
    await allGone([connection]);
    expect(cut).toEqual(['pipelined']);
    expect(begun).toBe(1);
    const enough = unread(url, SEND_LIMITS.pipelined + 1);
    await eventually(
      async () => begun,
      (count) => count === 2,
    );
    expect(enough.socket.destroyed).toBe(false);
    expect(cut).toEqual(['pipelined']);
  });

  test('are not answered any more when the answer before has closed it', async () => {
    let begun = 0;
    const { url } = await serve((_req, res) => {
      begun += 1;
      res.setHeader('Connection', 'close').end('the last');
    });
    const connection = connectTo(url);
    expect((await connection.send(get().repeat(4)).untilClosed()).split('the last')).toHaveLength(2);
    expect(begun).toBe(1);
  });

  test('whose client goes are not answered any more', async () => {
    let begun = 0;
    const { replies, url } = await serve(() => {
      begun += 1;
    });
    const connection = unread(url, 5);
    await eventually(
      async () => begun,
      (count) => count === 1,
    );
    connection.socket.destroy();
    await eventually(
      async () => {
        replies.check();
        return replies.unsentBytes;
      },
      (bytes) => bytes === 0,
    );
    expect(begun).toBe(1);
  });
});
