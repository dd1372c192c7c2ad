import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { escapeHtml, moneyText } from '../../shared/format.ts';
import { errors } from '../../shared/problems.ts';
import { sandboxPages } from './sandbox-pages.contract.ts';

const FOLDER = join(import.meta.dirname, '../../../web/sandbox');

/** Allows the shop's style sheet and the form of the page alone: no script, and no other host. */
const POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const HEADERS = { 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY };

type Challenge = NonNullable<Result<'sandbox.challenge'>>;

const NEWS: Readonly<Record<Challenge['state'], string>> = {
  waiting: '',
  approved: 'You have approved the payment.',
  declined: 'You have declined the payment.',
  over: 'The time to approve this payment is over.',
};

/** The page that stands in for a bank's, for shops that use the sandbox. */
export default function sandboxPagesService(config: Config) {
  const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
  const [question, answered] = [read('challenge.html'), read('answered.html')];
  const render = ({ state, amount, returnUrl }: Challenge) =>
    fill(state === 'waiting' ? question : answered, { amount: moneyText(amount), news: NEWS[state], returnUrl });

  return service(sandboxPages, config, {
    handlers: {
      async challenge(ctx) {
        const challenge = await ctx.call('sandbox.challenge', { key: ctx.params.id });
        if (!challenge) throw errors.notFound('This challenge');
        Object.assign(ctx.meta, { $responseType: 'text/html; charset=utf-8', $responseHeaders: HEADERS });
        return render(challenge);
      },

      async answer(ctx) {
        const approved = new URLSearchParams(ctx.params.form).get('decision') === 'approve';
        const challenge = await ctx.call('sandbox.answer', { key: ctx.params.id, approved });
        Object.assign(ctx.meta, { $responseType: 'text/html; charset=utf-8', $responseHeaders: HEADERS });
        return render(challenge);
      },
    },
  });
}

/** Puts values in the place of their names in braces, as text. */
const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => escapeHtml(values[name] ?? ''));
