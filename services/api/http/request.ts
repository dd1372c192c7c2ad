import type { IncomingMessage } from 'node:http';
import type { Context } from 'moleculer';
import type { Arrival, RequestGate } from '../../../lib/admission/request-gate.ts';
import type { Identity } from '../../../lib/auth/tokens.ts';
import type { VerifiedTokens } from '../../../lib/auth/verified-tokens.ts';
import type { Meta } from '../../../lib/contract/contract.ts';
import type { LoadClass } from '../admission/load-class.ts';
import type { PendingResponse } from '../near-cache/near-cache.ts';
import type { Revocations } from './revocations.ts';
import type { Route } from './routes.ts';

/** Node's request with what moleculer-web adds to it. */
interface RoutedRequest extends IncomingMessage {
  $ctx: Context<unknown, Meta>;
  /** Until `resolveRequest`: `params`, those in the path, beside `query` and `body`. Then the parameters of the action. */
  $params: Record<string, unknown>;
  $alias: { action: string };
  /** The action of the chosen node; a name lets the broker choose one. */
  $endpoint: unknown;
  /** The path, without its query. */
  parsedUrl?: string;
  originalUrl?: string;
  query: Record<string, unknown>;
  /** The parsed body; a buffer on a route with `rawBody`. */
  body?: unknown;
}

export interface Request extends RoutedRequest {
  /** Set by `RequestPipeline.begin`. */
  requestId: string;
  /** Headers of every response, names and values alternating. Set by `RequestPipeline.begin`. */
  baseHeaders: string[];
  /** The matched route; undefined without one. Set by `RequestPipeline.admit`. */
  route?: Route | undefined;
  /** The response that concurrent requests for the same resource wait for. */
  pending?: PendingResponse;
  /** Set by `Admission.arrive`; none on routes that are exempt. */
  admission?: { name: LoadClass; gate: RequestGate; arrival: Arrival };
  /** The identity in the access token; null for an invalid one. Set by `identify`. */
  identity?: Identity | null;
  /** Of the access token, in ms since 1970. Set by `identify`. */
  tokenExpiresAt?: number;
  /** The token is sound, but its session may have ended before this gateway started. Set by `identify`. */
  isUnproven?: boolean;
}

/** The parameters in the path of a request whose `$params` are still as moleculer-web set them. */
export const pathParamsOf = ({ $params }: RoutedRequest) => $params.params as Record<string, unknown>;

/** What identifies the sender of a request. */
export interface Access {
  tokens: VerifiedTokens;
  revocations: Revocations;
  addressOf(req: IncomingMessage): string;
  /** Whether guests may order, and follow what they ordered. */
  guestCheckout: boolean;
}
