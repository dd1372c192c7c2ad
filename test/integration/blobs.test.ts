import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { blobStore } from '../../lib/files/blob-store.ts';
import type { Blobs } from '../../lib/files/blobs.ts';
import { loadConfig } from '../../lib/process/config.ts';
import { S3StandIn } from '../support/s3-stand-in.ts';

const MIB = 1024 ** 2;
const content = (size: number): Buffer => Buffer.alloc(size, 'what is long enough to be told apart');
/** Sent in pieces, of which the last fails. */
const broken = (size: number): Readable =>
  Readable.from(
    (async function* () {
      for (let sent = 0; sent < size; sent += MIB) yield Buffer.alloc(MIB, 1);
      throw new Error('the line is cut');
    })(),
  );

let folder: string;
let s3: S3StandIn;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-blobs-'));
  s3 = await new S3StandIn().start();
});
afterEach(async () => {
  await s3.stop();
  await rm(folder, { recursive: true });
});

const configured = (env: NodeJS.ProcessEnv = {}) =>
  blobStore(loadConfig({ NODE_ENV: 'test', DATA_DIR: folder, ...env }).blobs);
const onDisk = async () =>
  (await readdir(join(folder, 'media'), { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).length;

describe.each([
  ['on disk', () => configured(), onDisk],
  ['in S3', () => configured(s3.env), async () => s3.objects.size + s3.uploads.size],
])('files %s', (_name, open, count) => {
  let blobs: Blobs;
  beforeEach(() => {
    blobs = open();
  });
  const read = async (name: string) => {
    const stream = await blobs.get(name);
    return stream && buffer(stream);
  };

  test('are read as they were written, from a buffer or a stream, small and large', async () => {
    const large = content(17 * MIB + 5);
    await blobs.put('image/a/320.webp', Buffer.from('small'));
    await blobs.put('import/large', Readable.from([large.subarray(0, 9 * MIB), large.subarray(9 * MIB)]));
    await blobs.put('import/exact', Readable.from([large.subarray(0, 8 * MIB)]));
    await blobs.put('import/empty', Readable.from([]));
    expect((await read('image/a/320.webp'))?.toString()).toBe('small');
    expect((await read('import/large'))?.equals(large)).toBe(true);
    expect((await read('import/exact'))?.equals(large.subarray(0, 8 * MIB))).toBe(true);
    expect(await read('import/empty')).toEqual(Buffer.alloc(0));
    expect(await count()).toBe(4);
  });

  test('are overwritten and removed; what is not there is null, and removed without a word', async () => {
    expect([await blobs.get('import/one'), await blobs.has('import/one')]).toEqual([null, false]);
    await blobs.put('import/one', Buffer.from('first'));
    await blobs.put('import/one', Buffer.from('second'));
    expect((await read('import/one'))?.toString()).toBe('second');
    expect(await blobs.has('import/one')).toBe(true);
    await blobs.remove('import/one');
    await blobs.remove('import/one');
    expect([await blobs.get('import/one'), await count()]).toEqual([null, 0]);
  });

  test.each([0.5, 20])(
    'are never there by half: a stream of %p MiB that breaks leaves nothing, or what was there',
    async (size) => {
      await expect(blobs.put('import/one', broken(size * MIB))).rejects.toThrow('the line is cut');
      expect([await blobs.get('import/one'), await count()]).toEqual([null, 0]);
      await blobs.put('import/one', Buffer.from('whole'));
      await expect(blobs.put('import/one', broken(size * MIB))).rejects.toThrow('the line is cut');
      expect((await read('import/one'))?.toString()).toBe('whole');
      expect(await count()).toBe(1);
    },
  );

  test.each([
    '../secret',
    'image/../../secret',
    '/etc/passwd',
    'image/a b',
    'image/a\0',
    'image',
    '',
    'image//x',
    'image/.x',
  ])('have names that cannot lead elsewhere: %p is refused', async (name) => {
    for (const attempt of [blobs.put(name, Buffer.from('x')), blobs.get(name), blobs.has(name), blobs.remove(name)]) {
      await expect(attempt).rejects.toThrow(TypeError);
    }
  });
});

test('what a process that was killed has left unfinished on disk is removed after a day, and not before', async () => {
  const blobs = configured();
  await blobs.put('import/one', Buffer.from('x'));
  const [old, young] = ['old', 'young'].map((name) => join(folder, 'media', '.unfinished', name)) as [string, string];
  await writeFile(old, 'half');
  await writeFile(young, 'half');
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  await utimes(old, yesterday, yesterday);
  await configured().put('import/two', Buffer.from('y'));
  expect(await readdir(join(folder, 'media', '.unfinished'))).toEqual(['young']);
});

describe('S3-compatible storage', () => {
  test('has the names with our prefix', async () => {
    await configured(s3.env).put('image/a/320.webp', Buffer.from('x'));
    expect([...s3.objects.keys()]).toEqual(['shop/image/a/320.webp']);
  });

  test('that fails for a moment is asked again', async () => {
    const blobs = configured(s3.env);
    s3.failures = 2;
    await blobs.put('import/one', Buffer.from('x'));
    expect(s3.objects.size).toBe(1);
  });

  test('that is not reached, or goes on failing, is unavailable', async () => {
    s3.failures = 100;
    await expect(configured(s3.env).get('import/one')).rejects.toMatchObject({ type: 'unavailable' });
    const nowhere = configured({ ...s3.env, S3_ENDPOINT: 'http://127.0.0.1:1' });
    await expect(nowhere.put('import/one', Buffer.from('x'))).rejects.toMatchObject({ type: 'unavailable' });
  });

  test('that is away is asked no more after some calls, nor is anything of an upload read, and it is asked again later', async () => {
    const env = { CIRCUIT_BREAKER_MIN_REQUESTS: '3', CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '3600' };
    const blobs = configured({ ...s3.env, ...env });
    const upload = () => blobs.put('import/one', Buffer.from('x')).catch(({ type }) => type);
    // What is not there, or not allowed, is an answer.
    for (let n = 0; n < 10; n += 1) expect(await blobs.get('import/one')).toBeNull();
    for (let n = 0; n < 10; n += 1) await blobs.put('../x', Buffer.from('x')).catch(() => undefined);
    s3.failures = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 3; n += 1) expect(await upload()).toBe('unavailable');
    const before = s3.log.length;
    for (let n = 0; n < 10; n += 1) expect(await upload()).toBe('unavailable');
    let read = false;
    const body = Readable.from(
      (function* () {
        read = true;
        yield 'x';
      })(),
    );
    await expect(blobs.put('import/one', body)).rejects.toMatchObject({ type: 'unavailable' });
    expect([s3.log.length, read]).toEqual([before, false]);
    s3.failures = 0;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    try {
      expect(await upload()).toBeUndefined();
      expect(await upload()).toBeUndefined();
    } finally {
      clock.mockRestore();
    }
  });

  test('has one breaker for all who use it', async () => {
    const { blobs: config } = loadConfig({
      ...{ NODE_ENV: 'test', DATA_DIR: folder, CIRCUIT_BREAKER_MIN_REQUESTS: '1' },
      ...s3.env,
    });
    s3.failures = Number.POSITIVE_INFINITY;
    await blobStore(config)
      .has('import/one')
      .catch(() => undefined);
    const before = s3.log.length;
    await expect(blobStore(config).has('import/one')).rejects.toMatchObject({ type: 'unavailable' });
    expect(s3.log.length).toBe(before);
  });

  test('that does not know us is our fault, and nobody is told our secret', async () => {
    const blobs = configured({ ...s3.env, S3_ACCESS_KEY_ID: 'AKIDOTHER' });
    const error = await blobs.put('import/one', Buffer.from('x')).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'InvalidAccessKeyId' });
    expect(JSON.stringify(error) + String(error)).not.toContain(s3.env.S3_SECRET_ACCESS_KEY);
  });

  test.each([
    [{ S3_ENDPOINT: 'http://127.0.0.1:9000' }, 'S3_ENDPOINT is set: set S3_BUCKET too'],
    [{ S3_BUCKET: 'shop' }, 'S3_BUCKET is set: set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY too'],
    [{ S3_BUCKET: 'Not A Bucket' }, 'S3_BUCKET must be the name of a bucket, but is "Not A Bucket"'],
    [{ S3_PREFIX: '../up' }, 'S3_PREFIX must be folders such as shop/, each with a slash behind it, but is "../up"'],
  ])('that is half configured is refused at the start: %p', (env, message) => {
    expect(() => configured(env)).toThrow(message);
  });
});
