// Part of npm run lint: which file may import which, how many files a folder may have, and that a name is exported once.
// docs/architecture.md says why.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repeatedNames } from './exported-names.ts';

/** Source texts by their path from the root of the repository. */
export type Sources = ReadonlyMap<string, string>;

/** An import of a file of the repository or of a package. */
interface Import {
  /** A path from the root, or the name of a package. */
  target: string;
  /** Imported names. */
  names: readonly string[];
  /** Erased when it runs. */
  isType: boolean;
}
type Imports = ReadonlyMap<string, readonly Import[]>;

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

/** Types of the arguments of handlers and of a saga's steps; domain code is given values instead. */
const WIRED_TYPES = 'ActionHandler Broker Ctx Filter Handlers OrderStore Rpc SagaContext Self Store Worker'.split(' ');
const WIRING_FILE = /[.-]service\.ts$/;
const DOMAIN_FOLDER = /^services\/(customer|product|shopping|shared)\//;
const BROKER_OR_STORE = /^(moleculer|mongodb|nats)|^mixins\/(worker|store\/(store|engine|nedb))/;

/** @returns a line for each import, folder and exported name that breaks a rule */
export function violationsOf(sources: Sources): string[] {
  const imports: Imports = new Map([...sources].map(([file, source]) => [file, importsOf(file, source)]));
  const broken = [...imports].flatMap(([file, found]) =>
    RULES.filter(({ from }) => from.test(file)).flatMap(({ name, forbidden, allowed }) =>
      found
        .filter(({ target }) => forbidden.test(target) && !allowed?.test(target))
        .map(({ target }) => `${file} imports ${target}: ${name}`),
    ),
  );
  return [
    ...broken,
    ...wiredDomain(imports),
    ...circlesOf(imports).map((circle) => `a circle: ${circle.join(' -> ')}`),
    ...fullFolders(imports),
    ...repeatedNames(sources),
  ];
}

/** docs/architecture.md defines both: domain code is all that is not wiring. */
function wiredDomain(imports: Imports): string[] {
  const isWiring = (file: string): boolean =>
    file.startsWith('services/') &&
    (WIRING_FILE.test(file) ||
      (imports.get(file) ?? []).some(({ names }) => names.some((n) => WIRED_TYPES.includes(n))));
  return [...imports]
    .filter(([file]) => DOMAIN_FOLDER.test(file) && !file.endsWith('.contract.ts') && !isWiring(file))
    .flatMap(([file, found]) =>
      found
        .filter(({ target, isType }) => BROKER_OR_STORE.test(target) || (!isType && isWiring(target)))
        .map(({ target }) => `${file} imports ${target}: domain code knows neither broker nor store`),
    );
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
    for (const { target } of imports.get(file) ?? []) walk(target);
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

const IMPORT_PATTERN =
  /\b(?:import|export)\s+(type\s)?\s*(?:([\w*\s{},]*?)\s*from\s*)?'([^']+)'|\bimport\s*\(\s*'([^']+)'/g;

function importsOf(file: string, source: string): Import[] {
  return [...source.matchAll(IMPORT_PATTERN)].map(([, type, clause = '', from = '', dynamic]) => {
    const specifier = dynamic ?? from;
    const named = clause.split(/[{},]/).map((part) => part.trim());
    const parts = named.filter((part) => part !== '');
    return {
      target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
      names: parts.map((part) => part.replace(/^type /, '').replace(/ as .*/, '')),
      isType: type !== undefined || (parts.length > 0 && parts.every((part) => part.startsWith('type '))),
    };
  });
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  const files = ['lib', 'mixins', 'services', 'scripts', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sources = files.filter((file) => file.endsWith('.ts'));
  const violations = violationsOf(new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')])));
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
