import type { Setting } from '../../lib/process/settings/setting.ts';
import { SETTING_GROUPS } from '../../services/settings.ts';
import { insertBlock, tableHead, tableRow } from './marked-block.ts';

const BLOCK = { name: 'settings', command: 'npm run docs:settings' };

/** Inserts the tables of all settings between the two marks of a page. @throws when a mark is missing */
export const insertSettings = (page: string): string => insertBlock(page, BLOCK, settingsTables());

/** All settings as Markdown tables, one for each group. */
function settingsTables(): string {
  return Object.entries(SETTING_GROUPS)
    .map(([title, settings]) => {
      const rows = Object.entries(settings).map(([name, { allowed, about, ...rest }]) =>
        tableRow(`\`${name}\``, defaultOf(rest), about, escapeMarkdown(allowed)),
      );
      return [`### ${title}`, '', tableHead('variable', 'default', 'what for', 'must be'), ...rows].join('\n');
    })
    .join('\n\n');
}

/** Escapes characters that have a meaning in Markdown. */
const escapeMarkdown = (text: string): string => text.replaceAll(/[*_<]/g, '\\$&');

function defaultOf({ rule, defaultNote }: Pick<Setting, 'rule' | 'defaultNote'>): string {
  const value = rule.default ?? '';
  const shown = value === '' ? '' : `\`${value}\``;
  if (!defaultNote) return shown;
  return shown ? `${shown} (${defaultNote})` : defaultNote;
}
