import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { PAGES, readPage } from '../../support/documents.ts';

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { steps: { run?: string; uses?: string; with?: Record<string, string> }[] }>;
}
interface Package {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}

const { scripts, dependencies } = JSON.parse(readPage('package.json')) as Package;

describe('the workflow of the forge', () => {
  const { permissions, jobs } = parse(readPage('.github/workflows/ci.yml')) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('runs .ci/run and nothing else', () => {
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run']);
    expect(permissions).toEqual({ contents: 'read' });
  });

  test('takes the Node of .nvmrc, which is the one that the project brings', () => {
    expect(steps.flatMap((step) => step.with?.['node-version-file'] ?? [])).toEqual(['.nvmrc']);
    expect(readPage('.nvmrc').trim()).toBe(dependencies.node);
  });
});

test('every page names commands that there are, and each command is in some page', () => {
  const named = (page: string) => [...readPage(page).matchAll(/\bnpm run ([a-z][\w:]*)/g)].map(([, name = '']) => name);
  for (const page of PAGES) {
    expect({ page, unknown: named(page).filter((name) => !(name in scripts)) }).toEqual({ page, unknown: [] });
  }
  const known = new Set(['start', 'test', ...PAGES.flatMap(named)]);
  expect(Object.keys(scripts).filter((name) => !known.has(name))).toEqual([]);
});
