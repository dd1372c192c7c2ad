import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  optional?: boolean;
}
const locked = Object.entries(read('package-lock.json').packages as Record<string, Locked>).filter(
  ([path]) => path !== '',
);

/** What npm may run when it installs them: each was looked at. */
const WITH_SCRIPTS = ['@parcel/watcher', '@scarf/scarf', 'node'];

test('no package runs a script when it is installed, beyond the listed ones', () => {
  const found = locked.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/.*node_modules\//, '')] : [],
  );
  expect([...new Set(found)].sort()).toEqual(WITH_SCRIPTS);
  // And where npm can be told, one alone does; the one that would report our installs is switched off besides.
  expect(read('package.json')).toMatchObject({ allowScripts: { node: true }, scarfSettings: { enabled: false } });
});

test('every package of the lock file is one that cannot be exchanged', () => {
  expect(locked.length).toBeGreaterThan(300);
  for (const [path, { integrity, version, link, optional }] of locked) {
    expect([path, link]).toEqual([path, undefined]);
    // npm leaves it out for what other platforms would install.
    if (!optional) expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  }
});

test('what we depend on is named by its exact version', () => {
  const { dependencies, devDependencies } = read('package.json');
  for (const version of Object.values({ ...dependencies, ...devDependencies }))
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
