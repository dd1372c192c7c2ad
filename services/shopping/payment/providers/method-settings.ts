import { listOf, type Setting, text } from '../../../../lib/process/settings/setting.ts';

const codes = (pattern: RegExp) => listOf((code) => (pattern.test(code) ? code : undefined));

/** A setting with a list of currencies; empty: all. */
export const currencySetting = (about: string) =>
  ({
    rule: { ...text, default: '' },
    allowed: 'codes of currencies such as EUR, separated by commas',
    about: `the currencies ${about}`,
    defaultNote: 'all',
    parse: codes(/^[A-Z]{3}$/),
  }) as const satisfies Setting;

/** A setting with a list of countries; empty: all. */
export const countrySetting = (about: string) =>
  ({
    rule: { ...text, default: '' },
    allowed: 'codes of countries such as DE, separated by commas',
    about: `the countries ${about}`,
    defaultNote: 'all',
    parse: codes(/^[A-Z]{2}$/),
  }) as const satisfies Setting;
