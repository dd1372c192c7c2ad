import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { importEnd, productLines } from '../support/imports.ts';
import { Operator } from '../support/operator.ts';
import { bytesAt, picture, upload } from '../support/pictures.ts';
import { parsed, RawConnection } from '../support/raw.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

/** Uploads through the real cluster: a gateway, NATS, and a product node that may die at any moment. */
const PREFIX = `uploads-${process.pid}-`;
const ROWS = 30_000;
let cluster: TestCluster;
let staff: Shopper;
let product: string;

beforeAll(async () => {
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'true' } });
  const operator = await Operator.at(cluster.topology(), PREFIX);
  staff = new Shopper(cluster.url, 'uploads@staff.example.com');
  staff.id = await operator.appoint(staff.email, staff.password);
  await operator.leave();
  await logIn();
  product = (await request(cluster.url, 'GET /v1/products?limit=1')).body.items[0].id;
});
afterAll(() => cluster?.stop());

async function logIn(): Promise<void> {
  const { email, password } = staff;
  staff.token = (await request(cluster.url, 'POST /v1/auth/login', { body: { email, password } })).body.accessToken;
}

const images = () => `POST /v1/admin/products/${product}/images`;

/**
 * Uploads as a client does that comes back when it is told to: on a busy machine NATS may take a process for dead that
 * gets no time to answer its pings, and what was uploaded to it has to be sent again.
 */
const uploaded = (content: Buffer, type: string) =>
  eventually(
    () => upload(staff, images(), content, type),
    ({ status, headers }) => !(status === 503 && headers.has('retry-after')),
  );

test('a picture of several megabytes crosses NATS part by part, and is shown by each gateway', async () => {
  const content = await picture('png', { width: 1900, height: 1500 });
  expect(content.length).toBeGreaterThan(8 * 1024 ** 2);
  const { status, body } = await uploaded(content, 'image/png');
  expect({ status, body }).toMatchObject({ status: 200, body: { images: [{ width: 1900 }] } });
  const files = await Promise.all(
    Array.from({ length: 20 }, () => bytesAt(cluster.url, body.images[0].sources.at(-1).url)),
  );
  expect(files[0]?.length).toBeGreaterThan(256 * 1024);
  for (const file of files) expect(file.equals(files[0] as Buffer)).toBe(true);
});

test('what is too large or not ours is refused as it is on one node, and a broken off upload is forgotten', async () => {
  const bomb = Buffer.alloc(10 * 1024 ** 2 + 1);
  const endless = new Blob([bomb]).stream();
  const answer = await upload(staff, images(), endless, 'image/png').catch(() => undefined);
  if (answer) expect(answer).toMatchObject({ status: 413, body: { type: '/problems/payload-too-large' } });
  expect(await upload(staff, images(), 'GIF89a', 'image/png')).toMatchObject({
    status: 422,
    body: { type: '/problems/picture-refused' },
  });
  begin(100_000).socket.destroy();
  expect((await uploaded(await picture('webp'), 'image/webp')).status).toBe(200);
});

/** An upload of which the first bytes are sent. */
const begin = (length: number) =>
  new RawConnection(cluster.url).send(
    `${images()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${staff.token}\r\nContent-Type: image/png\r\n` +
      `Content-Length: ${length}\r\n\r\n${'x'.repeat(1000)}`,
  );

test('an upload whose node dies is answered with 503, at once', async () => {
  const open = Array.from({ length: 4 }, () => begin(1_000_000));
  const started = async () =>
    (await staff.ask('GET /v1/admin/audit-log?action=product.addImage&limit=10')).body.items.filter(
      ({ outcome }: { outcome: string }) => outcome === 'started',
    ).length;
  // A node works on two at a time; the others wait in line there.
  await eventually(started, (count) => count >= 2);
  for (const id of ['product-1', 'product-2']) cluster.kill(id, 'SIGKILL');
  for (const connection of open) {
    await eventually(
      async () => connection.received,
      (text) => text.includes('\r\n\r\n'),
    );
    const { status, body } = parsed(connection.received);
    expect([status, JSON.parse(body).type]).toEqual([503, '/problems/unavailable']);
    connection.socket.destroy();
  }
  for (const id of ['product-1', 'product-2']) await cluster.restartOf(id);
  await eventually(
    () => upload(staff, images(), 'x', 'image/png'),
    ({ status }) => status === 422,
  );
});

test('an import goes on when its node is killed, and all of its products are there, once', async () => {
  const { status, headers } = await upload(
    staff,
    'POST /v1/admin/imports',
    productLines(0, ROWS),
    'application/x-ndjson',
  );
  expect(status).toBe(202);
  const location = String(headers.get('location'));
  const rows = async () => (await staff.ask(`GET ${location}`).catch(() => undefined))?.body.rows ?? 0;
  // Whichever of the two works on it: each is killed once, the second before the first is back and all is done.
  for (const [id, least] of [
    ['product-1', 1000],
    ['product-2', 3000],
  ] as const) {
    const done = await eventually(rows, (done) => done >= least, 90_000);
    cluster.kill(id, 'SIGKILL');
    expect(done).toBeLessThan(ROWS);
  }
  for (const id of ['product-1', 'product-2']) await cluster.restartOf(id);
  await logIn();
  const job = await importEnd(staff, location, 240_000);
  expect(job).toMatchObject({ status: 'done', rows: ROWS, updated: 0, failed: 0, errors: [] });
  expect(job.created + job.unchanged).toBe(ROWS);
  // All that are there, by the shop's own file of them, which is as good as a list.
  const text = (await staff.ask('GET /v1/admin/products/export?format=jsonl')).body as string;
  const slugs = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).slug)
    .filter((slug: string) => slug.startsWith('bulk-'));
  expect([slugs.length, new Set(slugs).size]).toEqual([ROWS, ROWS]);
}, 400_000);
