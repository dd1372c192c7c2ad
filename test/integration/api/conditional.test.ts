import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Articles, articles } from '../../support/articles.ts';
import { cleanUp, engines, type TestEngine } from '../../support/engines.ts';
import { lasting, startGateways, type TestGateways } from '../../support/gateways.ts';
import { type Answer, eventually, send } from '../../support/shop.ts';

describe('reads of what a gateway may keep', () => {
  const node = new Articles();
  let gateways: TestGateways;
  let url: string;
  let count = 0;
  let id: string;

  beforeAll(async () => {
    const config = (engines[0] as TestEngine).config();
    gateways = await startGateways(config, { contract: articles, schema: node.schema(), apart: false });
    [url] = gateways.urls as [string];
  });
  beforeEach(() => {
    count += 1;
    id = `a${count}`;
    node.titles.set(id, 'old');
    node.asked = 0;
  });
  afterAll(async () => {
    await gateways.stop();
    await cleanUp();
  });

  const get = (path = id, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    send(url, `${method} /v1/articles/${path}`, { headers });
  const put = (title: string) => send(url, `PUT /v1/articles/${id}`, { body: { title } });
  /** The status of an answer to what fetch does not send: a body with a GET, If-None-Match without Cache-Control. */
  const statusOf = (route: string, headers: Record<string, string>, body = '') =>
    new Promise<number | undefined>((resolve, reject) => {
      const [method, path] = route.split(' ');
      const length = body ? { 'content-type': 'application/json', 'content-length': body.length } : {};
      const read = (res: IncomingMessage) => void res.resume().once('end', () => resolve(res.statusCode));
      httpRequest(url + path, { method, headers: { ...headers, ...length } }, read)
        .on('error', reject)
        .end(body);
    });

  describe('a HEAD', () => {
    test('is answered from what a GET left, with its headers and without the body; and the other way round', async () => {
      const answered = await get();
      const head = await get(id, {}, 'HEAD');
      expect(head).toMatchObject({ status: 200, body: '' });
      expect(lasting(head.headers)).toEqual(lasting(answered.headers));
      const other = await get(`${id}?size=7`, {}, 'HEAD');
      expect(other.headers.get('content-length')).toMatch(/^\d+$/);
      expect((await get(`${id}?size=7`)).headers.get('etag')).toBe(other.headers.get('etag'));
      expect(node.asked).toBe(2);
    });
  });

  describe('a client that has the answer already', () => {
    const known = (etag: string | null) => ({ 'if-none-match': String(etag) });

    test.each(['GET', 'HEAD'])('is told so in answer to a %s, whether it is kept or not', async (method) => {
      const { headers } = await get();
      const etag = headers.get('etag');
      const kept = await get(id, known(etag), method);
      gateways.home.broadcastLocal('articles.changed', { id });
      const asked = await get(id, known(`"x", W/${etag}`), method);
      for (const answer of [kept, asked]) {
        expect(answer).toMatchObject({ status: 304, body: '' });
        for (const name of ['etag', 'cache-control', 'vary', 'x-content-type-options']) {
          expect([name, answer.headers.get(name)]).toEqual([name, headers.get(name)]);
        }
        expect(answer.headers.get('content-type')).toBeNull();
        expect(answer.headers.get('ratelimit')).toMatch(/^"reads"/);
      }
      expect(node.asked).toBe(2);
    });

    test('gets the new one when it has changed', async () => {
      const old = (await get()).headers.get('etag');
      await put('new');
      const fresh = await eventually(
        () => get(id, known(old)),
        ({ status }) => status === 200,
      );
      expect(fresh.body.title).toBe('new');
      expect(fresh.headers.get('etag')).not.toBe(old);
    });

    test('is answered all the same where nothing has a tag, and by what does something', async () => {
      const any = { 'if-none-match': '*' };
      expect(await statusOf('GET /v1/mine', any)).toBe(200);
      expect(await statusOf(`PUT /v1/articles/${id}`, any, '{"title":"new"}')).toBe(200);
      expect(await statusOf(`GET /v1/articles/${id}`, any)).toBe(304);
    });
  });

  test('a body on a read is refused as ever, and is nobody else’s trouble', async () => {
    await get();
    expect(await statusOf(`GET /v1/articles/${id}`, {}, '{"a":1}')).toBe(400);
    expect((await get()).status).toBe(200);
  });
});
