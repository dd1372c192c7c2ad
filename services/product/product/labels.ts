import type { FieldError } from '../../../lib/contract/errors.ts';
import { escaped } from '../../../lib/contract/pointer.ts';
import { isUnsafeName } from '../../../lib/contract/unsafe-names.ts';
import { errors } from '../../shared/problems.ts';

const MOST_LABELS = 50;

/**
 * Names and values of attributes and options: few and short, and nothing that a database gives a meaning.
 * @param known labels that are there already, and may stay as they are
 * @throws invalid-request
 */
export function checkLabels(
  pointer: string,
  given: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(given).filter((name) => !Object.hasOwn(known, name) || known[name] !== given[name]);
  const isMore = names.length > 0 && Object.keys(given).length > MOST_LABELS;
  if (isMore) throw errors.invalidRequest([{ pointer, detail: `${MOST_LABELS} are the most.` }]);
  const wrong = names.flatMap((name): FieldError[] => {
    const at = `${pointer}/${escaped(name)}`;
    if (!/^(?!.* $)[\p{L}\p{N}][\p{L}\p{N} _-]{0,39}$/u.test(name) || isUnsafeName(name)) {
      return [
        { pointer: at, detail: 'A name has up to 40 letters, digits, spaces, _ and -, and no space at its end.' },
      ];
    }
    const value = given[name] ?? '';
    return value === '' || value.length > 200 ? [{ pointer: at, detail: 'A value has 1 to 200 characters.' }] : [];
  });
  if (wrong.length > 0) throw errors.invalidRequest(wrong);
}
