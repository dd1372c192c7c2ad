import type { FieldError } from '../../../lib/contract/errors.ts';
import { escapePointerPart } from '../../../lib/contract/pointer.ts';
import { isOutage } from '../../../lib/process/outage.ts';
import { PROBLEMS, type ProblemCode } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { instanceOf } from './request-id.ts';

/** A problem of RFC 9457, with the members of its type beside the standard ones. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  [member: string]: unknown;
}

interface Failure {
  type?: unknown;
  code?: unknown;
  status?: unknown;
  message?: unknown;
  data?: unknown;
}

/** The problem for an error, and whether the error is a bug, whose cause belongs in the log. */
export function problemOf(error: unknown, requestId: string): { problem: Problem; retryAfter?: number; bug: boolean } {
  const { type, message, data } = translate(error as Failure);
  const code = (typeof type === 'string' && Object.hasOwn(PROBLEMS, type) ? type : 'internal-error') as ProblemCode;
  const { status, title, ...known }: { status: number; title: string; retryAfter?: number } = PROBLEMS[code];
  const bug = code === 'internal-error';
  const detail = bug ? 'The cause is in our log under this request id.' : typeof message === 'string' ? message : title;
  const members: { retryAfter?: unknown } = bug || typeof data !== 'object' || data === null ? {} : data;
  // Some errors know better than their type when to try again.
  const retryAfter = typeof members.retryAfter === 'number' ? members.retryAfter : known.retryAfter;
  const standard = { type: `/problems/${code}`, title, status, detail, instance: instanceOf(requestId) };
  const problem = { ...standard, ...members, ...standard };
  return { problem, ...(retryAfter === undefined ? {} : { retryAfter }), bug };
}

const NO_DATABASE = 'This part of the shop cannot reach its database right now. Try again in a moment.';
const STARTING = 'This part of the shop is starting. Try again in a moment.';

/** Errors of Moleculer, moleculer-web and body-parser as errors of the shop. */
function translate(error: Failure): Failure {
  switch (error?.type) {
    case 'VALIDATION_ERROR':
      return errors.invalidRequest(fieldErrors(error.data));
    case 'NOT_FOUND': // moleculer-web: no such route
      return errors.notFound();
    case 'SERVICE_NOT_FOUND':
    case 'SERVICE_NOT_AVAILABLE':
    case 'SERVICE_UNAVAILABLE':
    case 'REQUEST_TIMEOUT':
    case 'REQUEST_REJECTED':
    case 'REQUEST_SKIPPED':
    case 'QUEUE_FULL':
    case 'BAD_GATEWAY':
      return errors.unavailable('This part of the shop does not answer right now. Try again in a moment.');
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
    case 'UNABLE_DECODE_PARAM':
      return errors.malformed(
        error.type === 'UNABLE_DECODE_PARAM' ? 'The address is malformed.' : 'The body is not valid JSON.',
      );
    case 'entity.too.large':
      return errors.payloadTooLarge();
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return errors.unsupportedMediaType();
    default:
      // The driver's errors have no type: its database is not reachable, or overloaded.
      if (isOutage(error)) return error.type === 'unavailable' ? error : errors.unavailable(NO_DATABASE);
      // moleculer-web throws it without a type where no node has announced the service of a route yet.
      return error?.code === 503 && error.type === undefined ? errors.unavailable(STARTING) : (error ?? {});
  }
}

interface Refusal {
  type: string;
  field?: string;
  message?: string;
  actual?: unknown;
}

function fieldErrors(data: unknown): FieldError[] {
  if (!Array.isArray(data)) return [];
  return (data as Refusal[]).flatMap(({ type, field = '', message = '', actual }) => {
    const at = pointerOf(field);
    if (type === 'objectStrict' && typeof actual === 'string') {
      return actual
        .split(', ')
        .map((name) => ({ pointer: `${at}/${escapePointerPart(name)}`, detail: `${name} is not known here.` }));
    }
    const isNull = type === 'required' && actual === null;
    return [{ pointer: at, detail: isNull ? `The '${field}' field cannot be null.` : message }];
  });
}

/** `address.lines[0]` as an RFC 6901 pointer: `/address/lines/0`. */
function pointerOf(field: string): string {
  return field === '' ? '' : `/${field.replaceAll(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
}
