import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import type { ServiceBroker } from 'moleculer';
import { PacedResponse } from './paced-response.ts';
import { type CutReason, Replies, SEND_LIMITS, type SendLimits } from './replies.ts';

const CHECK_INTERVAL_MS = 1000;

const UNSENT = 'shop.unsent.bytes';
const CUT = 'shop.cut.connections.total';

/** Replaced by tests. */
export interface Sending {
  limits?: SendLimits;
  clock?: { now(): number };
}

interface Options extends Sending {
  server: ServerOptions;
  metrics: ServiceBroker['metrics'];
  clientOf(req: IncomingMessage): string;
  /** Whether a client that asks before it sends its body (Expect: 100-continue) may send it. */
  mayContinue(req: IncomingMessage): boolean;
  handle(req: IncomingMessage, res: PacedResponse): Promise<void>;
}

/** An HTTP server that bounds the memory for clients which read slowly, or not at all (`Replies`). */
export function createPacedServer(options: Options): Server {
  const { limits = SEND_LIMITS, clock, metrics, clientOf, mayContinue, handle } = options;
  const answer = (req: IncomingMessage, res: PacedResponse) => replies.answer(req, res, () => handle(req, res));
  const server = createServer({ ...options.server, ServerResponse: PacedResponse }, answer);
  server.on('checkContinue', (req: IncomingMessage, res: PacedResponse) => {
    if (mayContinue(req)) res.writeContinue();
    answer(req, res);
  });
  metrics?.register({
    type: 'gauge',
    name: UNSENT,
    description: 'Bytes of responses that are not sent yet',
    unit: 'byte',
  });
  const description = 'Connections reset because their clients did not read, or sent too many requests ahead';
  metrics?.register({ type: 'counter', name: CUT, labelNames: ['reason'], description });
  const onCut = (reason: CutReason) => metrics?.increment(CUT, { reason });
  const replies = new Replies(server, { limits, clientOf, onCut, ...(clock ? { clock } : {}) });
  const check = setInterval(() => {
    replies.check();
    metrics?.set(UNSENT, replies.unsentBytes);
  }, CHECK_INTERVAL_MS).unref();
  server.once('close', () => clearInterval(check));
  return server;
}
