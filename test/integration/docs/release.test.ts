import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT, readPage } from '../../support/documents.ts';

const { version, scripts } = JSON.parse(readPage('package.json')) as { version: string; scripts: { release: string } };

test('the changelog begins as the tool writes it, and its latest version is that of the package', () => {
  const { header } = JSON.parse(readPage('.versionrc.json')) as { header: string };
  const changelog = readPage('CHANGELOG.md');
  expect(changelog.startsWith(`${header}\n## `)).toBe(true);
  expect(changelog.match(/^## \[?(\d+\.\d+\.\d+)/m)?.[1]).toBe(version);
});

/** Commits as nobody, without the settings of whoever runs the tests. */
const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, 'Nobody'],
      [`GIT_${role}_EMAIL`, 'nobody@example.com'],
    ]),
  ),
};

describe('npm run release, in a repository without a forge', () => {
  let copy: string;
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: copy, encoding: 'utf8', env: ENVIRONMENT });
  const release = (...args: string[]): string =>
    execFileSync(process.execPath, [join(ROOT, 'node_modules/.bin', scripts.release), ...args], {
      cwd: copy,
      encoding: 'utf8',
      env: ENVIRONMENT,
    });
  const commit = (message: string): string => git('commit', '--allow-empty', '-qm', message);

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'shop-release-'));
    for (const file of ['package.json', 'package-lock.json', 'CHANGELOG.md', '.versionrc.json']) {
      cpSync(join(ROOT, file), join(copy, file));
    }
    git('init', '-q');
    git('add', '.');
    commit('chore: everything so far');
    git('tag', '-a', `v${version}`, '-m', `v${version}`);
    commit('feat(cart)!: a cart has a name\n\nFamilies share one.\n\nBREAKING CHANGE: send `name`.');
    commit('fix(order): an order is found by its number');
    commit('refactor: moved');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('only says what it would do when it is asked to', () => {
    const before = git('rev-parse', 'HEAD');
    expect(release('--dry-run')).toContain('an order is found by its number');
    expect(git('rev-parse', 'HEAD')).toBe(before);
    expect(git('status', '--short')).toBe('');
  });

  test('writes version, changelog, commit and tag, and keeps what the changelog had', () => {
    release();
    const next = (JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as { version: string }).version;
    expect(next).not.toBe(version);
    expect(git('tag', '--points-at', 'HEAD').trim()).toBe(`v${next}`);
    expect(git('log', '-1', '--format=%s').trim()).toBe(`chore(release): ${next}`);
    expect(git('status', '--short')).toBe('');
    const changelog = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8');
    const [section = ''] = changelog.match(new RegExp(`^## \\[${next}\\].*?(?=^## )`, 'ms')) ?? [];
    expect(section).toMatch(
      /BREAKING CHANGES.*send `name`.*### Added.*a cart has a name.*### Fixed.*found by its number/s,
    );
    expect(section).not.toContain('moved');
    const kept = readPage('CHANGELOG.md');
    expect(changelog.trimEnd().endsWith(kept.slice(kept.indexOf('\n## ')).trimEnd())).toBe(true);
  });
});
