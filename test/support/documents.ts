import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Every page that the project publishes, by its path from the root. */
export const PAGES: readonly string[] = ['*.md', 'docs/**/*.md', 'k8s/*.md', 'test/*.md', 'examples/**/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .sort();

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** The text without its code, in which brackets mean something else. */
const prose = (markdown: string): string => markdown.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');

interface Link {
  /** As it is written. */
  href: string;
  /** The file, from the root. */
  target: string;
  anchor: string | undefined;
}

/** The links and pictures of a page that lead to files of the project. */
export function linksOf(page: string): Link[] {
  return [...prose(readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href = '']) => {
    if (/^[a-z]+:/.test(href)) return [];
    const [path = '', anchor] = href.split('#');
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    return [{ href, target, anchor }];
  });
}

/** The anchors that a forge gives to the headings of a page. */
export const anchorsOf = (page: string): string[] =>
  [...prose(readPage(page).replaceAll('`', '')).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The code blocks of a page in a language, in order. */
export const codeBlocks = (page: string, language: string): string[] =>
  [...readPage(page).matchAll(/^```(\S+)\n(.*?)^```/gms)].flatMap(([, its, code = '']) =>
    its === language ? [code] : [],
  );

/** What stands between backticks in the text of a page. */
export const quotedNames = (page: string): string[] => [
  ...new Set(
    [
      ...readPage(page)
        .replaceAll(/^```.*?^```/gms, '')
        .matchAll(/`([^`\n]+)`/g),
    ].map(([, name = '']) => name),
  ),
];

const FOLDERS = ['lib', 'mixins', 'services', 'scripts', 'test', 'bench', 'docs', 'ops', 'k8s', 'web', 'examples'];

/** Every file of the project, from the root. */
export const FILES: readonly string[] = [
  ...FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.*`, { cwd: ROOT })),
  ...globSync(['*.*', '.*.json'], { cwd: ROOT }),
];

/** Whether a name is written like one of a file or folder of the project. */
export const looksLikePath = (name: string): boolean =>
  /^[\w./-]+$/.test(name) &&
  (/^(?!\/)[\w./-]*\w\.(ts|mjs|jsonc?|sh|ya?ml|cfg|conf|svg)$/.test(name) ||
    FOLDERS.some((folder) => name.startsWith(`${folder}/`)));

/** Whether a page that names this leads to something: a file, also by the end of its path, a folder, or a test without its ending. */
export const isPath = (name: string): boolean => {
  const path = name.replace(/\/$/, '');
  const spellings = [path, `${path}.ts`, `${path}.test.ts`];
  return FILES.some(
    (file) =>
      spellings.some((spelling) => file === spelling || file.endsWith(`/${spelling}`)) || file.startsWith(`${path}/`),
  );
};
