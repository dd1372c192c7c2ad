import type { FieldError } from '../../../lib/contract/errors.ts';
import { escapePointerPart } from '../../../lib/contract/pointer.ts';
import { isUnsafeName } from '../../../lib/contract/unsafe-names.ts';
import { errors } from '../../shared/problems.ts';

const MAX_LABELS = 50;

/**
 * Checks the names and values of attributes or options: their number, length and characters. Names that a database or
 * JavaScript interprets are refused.
 * @param known stored labels, which are not checked again
 * @throws invalid-request
 */
export function checkLabels(
  pointer: string,
  given: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(given).filter((name) => !Object.hasOwn(known, name) || known[name] !== given[name]);
  const isTooMany = names.length > 0 && Object.keys(given).length > MAX_LABELS;
  if (isTooMany) throw errors.invalidField(pointer, `At most ${MAX_LABELS} names are allowed.`);
  const fieldErrors = names.flatMap((name): FieldError[] => {
    const at = `${pointer}/${escapePointerPart(name)}`;
    if (!/^(?!.* $)[\p{L}\p{N}][\p{L}\p{N} _-]{0,39}$/u.test(name) || isUnsafeName(name)) {
      return [
        { pointer: at, detail: 'A name has up to 40 letters, digits, spaces, _ and -, and no space at its end.' },
      ];
    }
    const value = given[name] ?? '';
    return value === '' || value.length > 200 ? [{ pointer: at, detail: 'A value has 1 to 200 characters.' }] : [];
  });
  if (fieldErrors.length > 0) throw errors.invalidRequest(fieldErrors);
}
