import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { startShop } from '../support/shop.ts';

const ROOT = join(import.meta.dirname, '../..');
const MARK = '~~~ next';

/** The commands of the README's session, each with the lines it is said to print. */
async function session(): Promise<{ command: string; prints: string }[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```console\n(.*?)```/gs)].map(([, block]) => block as string);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const lines = step.trimEnd().split('\n');
        const end = lines.findIndex((line, i) => i > 0 && !line.startsWith('> '));
        const command = lines.slice(0, end < 0 ? undefined : end).map((line) => line.replace(/^> /, ''));
        return { command: command.join('\n'), prints: end < 0 ? '' : lines.slice(end).join('\n') };
      }),
  );
}

eachEngine('README', (engine) => {
  test('its session runs as written', async () => {
    const steps = await session();
    expect(steps.length).toBeGreaterThan(15);
    const shop = await startShop(engine.config({ SEED: 'true' }));
    try {
      const script = steps.map(({ command }) => `${command}\necho '${MARK}'`).join('\n');
      const { stdout } = await promisify(execFile)(
        'bash',
        ['-c', script.replace('SHOP=http://127.0.0.1:3000', `SHOP=${shop.url}`)],
        { env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' } },
      );
      const printed = stdout.split(`${MARK}\n`).map((text) => text.trimEnd());
      expect(steps.map(({ command }, i) => ({ command, prints: printed[i] }))).toEqual(steps);
    } finally {
      await shop.stop();
    }
  });
});
