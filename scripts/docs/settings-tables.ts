import type { Setting } from '../../lib/process/settings/setting.ts';
import { SETTING_GROUPS } from '../../services/settings.ts';

const BEGIN_MARK = '<!-- settings: printed by npm run docs:settings -->';
const END_MARK = '<!-- /settings -->';

/** Inserts the tables of all settings between the two marks of a page. @throws when a mark is missing */
export function insertSettings(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN_MARK), page.indexOf(END_MARK)];
  if (begin < 0 || end < begin) throw new Error(`the page needs ${BEGIN_MARK} and, after it, ${END_MARK}`);
  return `${page.slice(0, begin)}${BEGIN_MARK}\n\n${settingsTables()}\n\n${page.slice(end)}`;
}

/** All settings as Markdown tables, one for each group. */
function settingsTables(): string {
  return Object.entries(SETTING_GROUPS)
    .map(([title, settings]) => {
      const rows = Object.entries(settings).map(([name, { allowed, about, ...rest }]) =>
        rowOf(`\`${name}\``, defaultOf(rest), about, escapeMarkdown(allowed)),
      );
      return [
        `### ${title}`,
        '',
        rowOf('variable', 'default', 'what for', 'must be'),
        '|---|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

const rowOf = (...cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** Escapes characters that have a meaning in Markdown. */
const escapeMarkdown = (text: string): string => text.replaceAll(/[*_<]/g, '\\$&');

function defaultOf({ rule, defaultNote }: Pick<Setting, 'rule' | 'defaultNote'>): string {
  const value = rule.default ?? '';
  const shown = value === '' ? '' : `\`${value}\``;
  if (!defaultNote) return shown;
  return shown ? `${shown} (${defaultNote})` : defaultNote;
}
