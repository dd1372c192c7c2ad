import type { Schema } from '../../../../lib/contract/contract.ts';
import type { Infer } from '../../../../lib/contract/infer.ts';
import { Validator } from '../../../../lib/contract/validator.ts';
import { errors } from '../../../shared/problems.ts';

/**
 * Makes a parser of webhook bodies. A signature proves the sender, not the shape: the parser refuses a body without the
 * fields of the rules, and the provider's dashboard shows the refusal to the shop's operator.
 * @throws invalid-request, naming each field
 */
export function bodyParser<const R extends Schema>(rules: R): (body: string) => Infer<R> {
  const check = new Validator().compile({ ...rules });
  return (body) => {
    const event = parseJson(body);
    const faults = check(event);
    if (faults === true) return event as Infer<R>; // the rules have just been checked
    if (!Array.isArray(faults)) throw new Error('a rule of a webhook body is asynchronous');
    throw errors.invalidRequest(
      faults.map(({ field = '', message = '' }) => {
        const pointer = field === '' ? '' : `/${field.replaceAll('.', '/')}`;
        return { pointer, detail: field === '' ? 'The body is not a JSON object.' : message };
      }),
    );
  };
}

/** @throws invalid-request */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw errors.malformed('The body is not JSON.');
  }
}
