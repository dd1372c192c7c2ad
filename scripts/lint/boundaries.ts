// Part of npm run lint: which file may import which, and how many files a folder may have. docs/architecture.md says why.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Paths from the root of the repository, each with the paths that it imports. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const NODE_KINDS = ['customer', 'product', 'shopping', 'api'];
const MAX_FILES_PER_FOLDER = 25;

interface Rule {
  name: string;
  from: RegExp;
  /** What such a file must not import. */
  forbidden: RegExp;
  allowed?: RegExp;
}

const RULES: readonly Rule[] = [
  { name: 'lib knows no shop', from: /^lib\//, forbidden: /^(mixins|services|scripts|test|bench)\// },
  { name: 'mixins know no shop', from: /^mixins\//, forbidden: /^(services|scripts|test|bench)\// },
  { name: 'code knows no tests', from: /^(services|scripts)\//, forbidden: /^(test|bench)\// },
  {
    name: 'services/shared knows no service',
    from: /^services\/shared\//,
    forbidden: new RegExp(`^services/(${NODE_KINDS.join('|')})/`),
  },
  ...NODE_KINDS.map((kind) => ({
    name: 'of another node kind, a service imports its contracts and rules alone',
    from: new RegExp(`^services/${kind}/`),
    forbidden: new RegExp(`^services/(?!${kind}/)(${NODE_KINDS.join('|')})/`),
    allowed: /\.(contract|rules)\.ts$/,
  })),
];

/** @returns a line for each import and each folder that breaks a rule */
export function violationsOf(imports: Imports): string[] {
  const broken = [...imports].flatMap(([file, targets]) =>
    RULES.filter(({ from }) => from.test(file)).flatMap(({ name, forbidden, allowed }) =>
      targets
        .filter((target) => forbidden.test(target) && !allowed?.test(target))
        .map((target) => `${file} imports ${target}: ${name}`),
    ),
  );
  return [
    ...broken,
    ...circlesOf(imports).map((circle) => `a circle: ${circle.join(' -> ')}`),
    ...fullFolders(imports),
  ];
}

/** One circle for each file at which a walk along the imports comes back to itself. */
function circlesOf(imports: Imports): string[][] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const walk = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || finished.has(file)) return;
    path.push(file);
    for (const target of imports.get(file) ?? []) walk(target);
    path.pop();
    finished.add(file);
  };
  for (const file of imports.keys()) walk(file);
  return circles;
}

function fullFolders(imports: Imports): string[] {
  const counts = Map.groupBy(imports.keys(), (file) => dirname(file));
  return [...counts]
    .filter(([, files]) => files.length > MAX_FILES_PER_FOLDER)
    .map(([folder, files]) => `${folder} has ${files.length} files, more than ${MAX_FILES_PER_FOLDER}`);
}

/** The imports of a file, those of types included. */
export function importsOf(file: string, source: string): string[] {
  const specifiers = source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+\.ts)'/g);
  return [...specifiers].map(([, specifier = '']) => normalize(join(dirname(file), specifier)));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  const files = ['lib', 'mixins', 'services', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = files.filter((file) => file.endsWith('.ts'));
  const imports = new Map(sources.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]));
  const violations = violationsOf(imports);
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
