import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const README = join(import.meta.dirname, '../../README.md');
const MARK = '~~~ next';

export interface Step {
  command: string;
  /** What the README says it prints. */
  prints: string;
}

/** The commands of the README's session. */
export async function sessionSteps(): Promise<Step[]> {
  const readme = await readFile(README, 'utf8');
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

/** Runs the session in a shell against the shop at `url`. Resolves to the steps with what they really print. */
export async function runSession(steps: readonly Step[], url: string): Promise<Step[]> {
  const script = steps.map(({ command }) => `${command}\necho '${MARK}'`).join('\n');
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replace('SHOP=http://127.0.0.1:3000', `SHOP=${url}`)],
    { env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' } },
  );
  const printed = stdout.split(`${MARK}\n`).map((text) => text.trimEnd());
  return steps.map(({ command }, i) => ({ command, prints: printed[i] ?? '' }));
}
