import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import type { Config } from '../../lib/process/config.ts';
import { detectFormat } from '../../services/product/media/picture-format.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { bytesAt, picture, upload } from '../support/pictures.ts';
import { parsed, RawConnection } from '../support/raw.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

let shop: TestShop;
let config: Config;
let staff: Shopper;
let product: string;

beforeAll(async () => {
  const found = engines[0]?.config({ SEED: 'true' });
  if (!found) throw new Error('there is no embedded engine');
  config = found;
  shop = await startShop(config);
  staff = await staffAt(shop);
  product = (await request(shop.url, 'GET /v1/products?limit=1')).body.items[0].id;
});
afterAll(async () => {
  await shop.stop();
  await cleanUp();
});

const send = (body: Buffer | string, type = 'image/png', headers = {}) =>
  upload(staff, `POST /v1/admin/products/${product}/images`, body, type, headers);
/** Every file that the shop keeps, and what it has not finished. */
const files = async (): Promise<string[]> =>
  (await readdir(join(config.dataDir, 'media'), { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function expectRefused(body: Buffer | string, type: string, status: number, problem: string) {
  const before = await files();
  expect(await send(body, type)).toMatchObject({ status, body: { type: `/problems/${problem}` } });
  expect(await files()).toEqual(before);
}

/** A PNG of so many black pixels, which takes next to nothing until it is unpacked. */
function bomb(side: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([1, 0, 0, 0, 0], 8); // one bit for each pixel
  const lines = deflateSync(Buffer.alloc((side / 8 + 1) * side), { level: 9 });
  const start = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([start, chunk('IHDR', head), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))]);
}

function crc(data: Buffer): number {
  let rest = ~0;
  for (const byte of data) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

describe('row 30: the type of an upload is sniffed', () => {
  test.each(['png', 'jpeg', 'webp'] as const)('%s is taken, whichever of the three it says it is', async (format) => {
    for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
      expect((await send(await picture(format, { seed: format.length }), type)).status).toBe(200);
    }
  });

  test.each([
    ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a GIF', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')],
    ['nothing', ''],
    [
      'a page behind the start of a PNG',
      Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('<html>')]),
    ],
    [
      'a script behind the start of a JPEG',
      Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.from('*/=alert(1)/*\xff\xd9', 'latin1')]),
    ],
  ])('%s that says it is a PNG is refused', async (_name, body) => {
    await expectRefused(body, 'image/png', 422, 'picture-refused');
  });

  test.each([
    'image/svg+xml',
    'image/gif',
    'text/html',
    'application/json',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    '',
  ])('as %p it is not even read', async (type) => {
    await expectRefused(await picture('png'), type, 415, 'unsupported-media-type');
  });

  test('compressed on its way it is not even read', async () => {
    expect(await send(await picture('png'), 'image/png', { 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
    });
  });

  test.each(['png', 'jpeg', 'webp'] as const)(
    'a %s that is something else too, behind its end, is refused',
    async (format) => {
      const whole = await picture(format);
      expect(detectFormat(whole)).toBe(format);
      const archive = Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1');
      await expectRefused(Buffer.concat([whole, archive]), `image/${format}`, 422, 'picture-refused');
    },
  );

  test('what is hidden inside of a picture does not get out again', async () => {
    const secret = 'GPS and <script>alert(1)</script>';
    const camera = await sharp(await picture('jpeg', { width: 100, height: 50, seed: 9 }))
      .withExif({
        IFD0: { ImageDescription: secret, Copyright: 'somebody' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' },
      })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(camera.includes('<script>')).toBe(true);
    const { status, body } = await send(camera, 'image/jpeg');
    expect(status).toBe(200);
    const image = body.images.at(-1);
    // Turned as it is meant to be seen.
    expect(image).toMatchObject({ width: 50, height: 100 });
    const shown = await bytesAt(shop.url, image.sources[0].url);
    const { exif, icc, xmp, orientation, ...seen } = await sharp(shown).metadata();
    expect([exif, icc, xmp, orientation]).toEqual([undefined, undefined, undefined, undefined]);
    expect(seen).toMatchObject({ format: 'webp', width: 50, height: 100 });
    expect(shown.includes('script')).toBe(false);
  });
});

describe('row 30: the size of an upload is capped', () => {
  const LIMIT = 10 * 1024 ** 2;

  test('by what it says, before any of it is read', async () => {
    const connection = new RawConnection(shop.url).send(
      `POST /v1/admin/products/${product}/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${staff.token}\r\n` +
        `Content-Type: image/png\r\nContent-Length: ${LIMIT + 1}\r\nConnection: close\r\n\r\n`,
    );
    const { status, body } = parsed(await connection.untilClosed());
    expect([status, JSON.parse(body).type]).toEqual([413, '/problems/payload-too-large']);
  });

  test('by what comes, when it does not say', async () => {
    const before = await files();
    const head = `POST /v1/admin/products/${product}/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${staff.token}\r\n`;
    const connection = new RawConnection(shop.url).send(
      `${head}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `40000\r\n${'x'.repeat(256 * 1024)}\r\n`;
    let sent = 0;
    // Endless, until there is an answer.
    await eventually(
      async () => {
        connection.send(chunk);
        sent += 256 * 1024;
        return connection.received;
      },
      (text) => text.includes('\r\n\r\n'),
    );
    const { status, body } = parsed(connection.received);
    expect([status, JSON.parse(body).type]).toEqual([413, '/problems/payload-too-large']);
    expect(sent).toBeGreaterThan(LIMIT);
    // It goes on sending, and is cut off.
    await connection.untilClosed();
    expect(await files()).toEqual(before);
  });

  test('in pixels too: a bomb is not unpacked', async () => {
    const packed = bomb(8000);
    expect(packed.length).toBeLessThan(100_000);
    await expectRefused(packed, 'image/png', 422, 'picture-refused');
    expect((await send(bomb(800), 'image/png')).status).toBe(200);
  });

  test('an expectation is answered before the body: who may not send need not', async () => {
    const ask = (token: string) =>
      new RawConnection(shop.url).send(
        `POST /v1/admin/products/${product}/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
          'Content-Type: image/png\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
      );
    expect(await ask('none').untilClosed()).toMatch(/^HTTP\/1.1 401 /);
    const allowed = ask(staff.token);
    await eventually(
      async () => allowed.received,
      (text) => text.startsWith('HTTP/1.1 100 '),
    );
    expect(await allowed.send('hello').untilClosed()).toContain('HTTP/1.1 422 ');
  });
});

describe('row 30: names are never used as paths', () => {
  test.each([
    '/media/../token-secret/320.webp',
    '/media/..%2F..%2Ftoken-secret/320.webp',
    '/media/%2e%2e/token-secret',
    '/media/%2e%2e%2f%2e%2e/token-secret',
    '/media/..%5c..%5ctoken-secret/320.webp',
    `/media/${'A'.repeat(43)}/..%2F..%2F..%2Ftoken-secret`,
    `/media/${'A'.repeat(43)}/320.webp%00.png`,
    `/media/${'A'.repeat(43)}/0320.webp`,
    `/media/${'A'.repeat(43)}/320.png`,
    `/media/.unfinished/320.webp`,
    '/media//etc/passwd',
  ])('GET %s is not there', async (path) => {
    // As it stands: fetch would tidy it up.
    const connection = new RawConnection(shop.url).send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const { status, body } = parsed(await connection.untilClosed());
    expect([400, 404]).toContain(status);
    expect(body).not.toContain('root:');
  });

  test('a file name that a client sends is not looked at', async () => {
    const content = await picture('png', { seed: 77 });
    const name = { 'content-disposition': 'attachment; filename="../../evil.sh"', 'x-file-name': '../evil.sh' };
    expect((await send(content, 'image/png', name)).status).toBe(200);
    const names = (await files()).map((file) => file.slice(config.dataDir.length));
    for (const file of names) expect(file).toMatch(/^\/media\/image\/[\w-]{43}\/\d{1,4}\.webp$/);
  });
});

describe('row 30: who may upload', () => {
  test('nobody but staff, and nothing is read before that is known', async () => {
    const ada = await Shopper.at(shop.url);
    const route = `POST /v1/admin/products/${product}/images`;
    const content = Buffer.alloc(64);
    expect(await upload({ url: shop.url, token: 'none' }, route, content, 'text/html')).toMatchObject({ status: 401 });
    expect(await upload(ada, route, content, 'text/html')).toMatchObject({ status: 404 });
    const held = new RawConnection(shop.url).send(
      `${route} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.token}\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\n`,
    );
    await eventually(
      async () => held.received,
      (text) => text.startsWith('HTTP/1.1 404 '),
    );
    held.socket.destroy();
  });

  test('a product that is not there takes no picture', async () => {
    const before = await files();
    const answer = await upload(
      staff,
      'POST /v1/admin/products/prd_none/images',
      await picture('png', { seed: 5 }),
      'image/png',
    );
    expect(answer.status).toBe(404);
    expect(await files()).toEqual(before);
  });
});

describe('row 30: slow and broken clients', () => {
  const start = (length: number) =>
    new RawConnection(shop.url).send(
      `POST /v1/admin/products/${product}/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${staff.token}\r\n` +
        `Content-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`,
    );
  const entries = async () => {
    const admin = await staffAt(shop, 'admin');
    return (await admin.ask('GET /v1/admin/audit-log?action=product.addImage&limit=100')).body.items as {
      outcome: string | null;
    }[];
  };

  test('an upload that is broken off leaves nothing behind, and no call that hangs', async () => {
    const before = await files();
    const known = (await entries()).length;
    const content = await picture('png', { width: 400, height: 400, seed: 3 });
    const connection = start(content.length).send(content.subarray(0, 100_000).toString('latin1'));
    await eventually(
      async () => (await entries()).length,
      (count) => count > known,
    );
    connection.socket.destroy();
    await eventually(entries, (all) => all[0]?.outcome === 'refused: invalid-request');
    expect(await files()).toEqual(before);
  });

  test('an upload may take longer than 10 seconds, but not pause for so long', async () => {
    const content = await picture('png', { width: 300, height: 300, seed: 4 });
    const steady = start(content.length);
    const another = start(content.length);
    const pieces = Array.from({ length: 27 }, (_, i) =>
      content.subarray((i * content.length) / 27, ((i + 1) * content.length) / 27),
    );
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    // A node works on two at a time: this one is here, and has to wait.
    const small = await picture('webp', { seed: 11 });
    const waiting = eventually(
      async () => (await entries()).filter(({ outcome }) => outcome === 'started').length,
      (n) => n >= 2,
    ).then(() => send(small, 'image/webp'));
    const begun = performance.now();
    for (const piece of pieces) {
      steady.send(piece.toString('latin1'));
      another.send(piece.toString('latin1'));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(performance.now() - begun).toBeGreaterThan(13_000);
    await eventually(
      async () => steady.received,
      (text) => text.includes('\r\n\r\n'),
    );
    expect(parsed(steady.received).status).toBe(200);
    expect((await waiting).status).toBe(200);
    for (const { socket } of [steady, another]) socket.destroy();
    const idle = start(content.length).send(content.subarray(0, 1000).toString('latin1'));
    const { status, body } = parsed(await idle.untilClosed());
    expect([status, JSON.parse(body).type]).toEqual([408, '/problems/request-timeout']);
  });
});
