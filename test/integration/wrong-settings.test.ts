import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a setting', () => {
  test.each([
    ['start', 'TRUSTED_PROXIES', '10.0.0.0/99'],
    ['cluster', 'TRUSTED_PROXIES', '10.0.0.0/99'],
    ['repl', 'CORS_ORIGINS', 'https://*.example.com'],
  ])('that is wrong ends scripts/%s.ts in one line that names %s and its value', async (script, name, value) => {
    const file = join(import.meta.dirname, `../../scripts/${script}.ts`);
    const env = { PATH: process.env.PATH, DATA_DIR: folder, [name]: value };
    const { code, stdout, stderr } = await promisify(execFile)(process.execPath, [file], { env }).then(
      () => ({ code: 0, stdout: '', stderr: '' }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^\\w+: ${name} must be .*, but has "[^"]+"\n$`));
    expect(stderr).toContain(value);
  });
});
