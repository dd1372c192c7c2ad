import type { InferRule } from '../../contract/infer.ts';

/** One variable of the environment. The check, the message that refuses it, and its row in README come from here. */
export interface Setting {
  /** The validator's rule, with the default. */
  rule: Readonly<{ type: string; default?: string | number | boolean; optional?: true } & Record<string, unknown>>;
  /** What it must be, completing "PORT must be …". */
  allowed: string;
  /** What it is for, in Markdown. */
  about: string;
  /** Explains the default in README, or stands for one that depends on something else. In Markdown. */
  defaultNote?: string;
  /** No message repeats the value. */
  isSecret?: true;
  /** Who knows it can sign in the name of the shop or its bank: production refuses what could be guessed. */
  mustBeRandom?: true;
  /** Reads a value that the rule has let through. @throws {NotAllowed} */
  parse?: (text: string) => unknown;
}

/** The value of a setting after the check. */
export type SettingValue<S extends Setting> = S extends { parse: (text: string) => infer V } ? V : InferRule<S['rule']>;

/** What `parse` throws: the value, or the part of a list, that is not allowed. */
export class NotAllowed extends Error {
  readonly given: string;
  readonly isPart: boolean;

  constructor(given: string, isPart: boolean) {
    super(`${JSON.stringify(given)} is not allowed`);
    this.given = given;
    this.isPart = isPart;
  }
}

/** Takes texts of which a question is true. */
export const where = (isAllowed: (text: string) => boolean) => (text: string) => {
  if (!isAllowed(text)) throw new NotAllowed(text, false);
  return text;
};

/** Takes texts separated by commas; `parsePart` says undefined to a part that is not allowed. An unset list is empty. */
export const listOf =
  <P>(parsePart: (part: string) => P | undefined, { skipEmptyParts = true } = {}) =>
  (text: string): P[] => {
    const all = text.split(',').map((part) => part.trim());
    const parts = skipEmptyParts ? all.filter((part) => part !== '') : all;
    if (parts.length === 0 && text !== '') throw new NotAllowed(text, true);
    return parts.map((part) => {
      const parsed = parsePart(part);
      if (parsed === undefined) throw new NotAllowed(part, true);
      return parsed;
    });
  };

export const text = { type: 'string' } as const;
export const port = { type: 'number', integer: true, min: 0, max: 65535, convert: true } as const;
export const flag = { type: 'boolean', convert: true } as const;
export const number = { type: 'number', convert: true } as const;
export const wholeNumber = { ...number, integer: true } as const;

export const PORT_ALLOWED = 'a port number from 0 to 65535';
export const FLAG_ALLOWED = 'true or false';
