import type { ProblemCode } from '../../shared/problem-codes.ts';
import { hasBody, type Route } from './routes.ts';

/** Problems that any request may get. */
const ANY_ROUTE: readonly ProblemCode[] = [
  'invalid-request',
  'not-found',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'rate-limited',
  'internal-error',
  'message-too-large',
  'unavailable',
  'overloaded',
];
const WITH_BODY: readonly ProblemCode[] = ['payload-too-large', 'unsupported-media-type'];
const WITH_LOGIN: readonly ProblemCode[] = ['unauthenticated', 'invalid-token'];
const WITH_GUEST: readonly ProblemCode[] = ['guest-checkout-disabled'];

/** The problem types of a route: those of the gateway, and those of the action's contract. */
export function problemsOf(route: Route): ReadonlySet<ProblemCode> {
  const { auth, guest, problems = [] } = route.contract;
  return new Set([
    ...ANY_ROUTE,
    ...(problems as readonly ProblemCode[]),
    ...(hasBody(route) ? WITH_BODY : []),
    ...(auth === 'public' ? [] : WITH_LOGIN),
    ...(guest ? WITH_GUEST : []),
  ]);
}
