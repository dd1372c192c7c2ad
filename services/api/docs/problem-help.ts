import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml as e } from '../../shared/format.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';

/** The explanation of a problem type. */
export interface Help {
  type: string;
  title: string;
  status: number;
  help: string;
}

/** The source of the explanations: its table has a row for each problem. */
const PAGE = join(import.meta.dirname, '../../../docs/problems.md');
let texts: ReadonlyMap<string, string> | undefined;

/** @returns undefined for an unknown type */
export function helpFor(code: string): Help | undefined {
  if (!Object.hasOwn(PROBLEMS, code)) return undefined;
  texts ??= new Map(
    [...readFileSync(PAGE, 'utf8').matchAll(/^\| `\/problems\/([\w-]+)` \| \d+ \| (.*?) \|?$/gm)].map(
      ([, name = '', text = '']) => [name, text],
    ),
  );
  const { title, status } = PROBLEMS[code as ProblemCode];
  return { type: `/problems/${code}`, title, status, help: texts.get(code) ?? '' };
}

export const problemPage = ({ type, title, status, help }: Help): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${e(title)}</title></head>
<body><h1>${e(title)}</h1><p>${e(help).replaceAll(/`([^`]*)`/g, '<code>$1</code>')}</p>
<p>Status ${status}, type <code>${e(type)}</code></p></body></html>
`;
