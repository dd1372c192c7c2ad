import type { Setting } from '../../lib/process/settings/setting.ts';
import { SETTING_GROUPS } from '../../services/settings.ts';

const BEGIN = '<!-- settings: printed by npm run docs:settings -->';
const END = '<!-- /settings -->';

/** A page with the tables of all settings between its two marks. @throws when it lacks them */
export function withSettings(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page needs ${BEGIN} and, after it, ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${settingsTables()}\n\n${page.slice(end)}`;
}

/** All settings in Markdown, a table for each group. */
function settingsTables(): string {
  return Object.entries(SETTING_GROUPS)
    .map(([title, settings]) => {
      const rows = Object.entries(settings).map(([name, { allowed, about, ...rest }]) =>
        rowOf(`\`${name}\``, defaultOf(rest), about, literal(allowed)),
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

/** Text that Markdown would read as marks of its own. */
const literal = (text: string): string => text.replaceAll(/[*_<]/g, '\\$&');

function defaultOf({ rule, defaultNote }: Pick<Setting, 'rule' | 'defaultNote'>): string {
  const value = rule.default ?? '';
  const shown = value === '' ? '' : `\`${value}\``;
  if (!defaultNote) return shown;
  return shown ? `${shown} (${defaultNote})` : defaultNote;
}
