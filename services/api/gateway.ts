import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, ServiceBroker, ServiceSchema } from 'moleculer';
import ApiGateway from 'moleculer-web';
import type { ActionContract, Meta } from '../../lib/contract/contract.ts';
import type { Mixin } from '../../lib/contract/mixin.ts';
import { clientNetwork } from '../../lib/process/client-address.ts';
import type { Config } from '../../lib/process/config.ts';
import { isLogged } from '../../lib/process/request-log.ts';
import { errors } from '../shared/problems.ts';
import { Admission } from './admission/admission.ts';
import { type Alias, AliasLookup, allowed } from './http/alias-lookup.ts';
import { createPacedServer, type Sending } from './http/paced-server.ts';
import { Port } from './http/port.ts';
import { problemOf } from './http/problem.ts';
import type { Access, Request } from './http/request.ts';
import { RequestPipeline, writeBaseHeaders } from './http/request-pipeline.ts';
import { resolveRequest } from './http/resolve-request.ts';
import { aliasesOf, type Route } from './http/routes.ts';
import { refuseBroken, SERVER_OPTIONS } from './http/server.ts';
import { Streams } from './http/streams.ts';
import { receive, uploadRoutes } from './http/upload.ts';
import { NearAnswers, nearEvents } from './near-cache/near-answers.ts';

interface Gateway {
  server: Server;
  port: Port;
  pipeline: RequestPipeline;
  nearAnswers: NearAnswers;
  admission: Admission;
  aliases: Alias[];
  lookup: AliasLookup;
  draining: boolean;
  streams: Streams;
  broker: ServiceBroker;
  logger: Record<'error' | 'info', (...args: unknown[]) => void>;
  sendError(req: Request, res: ServerResponse, error: unknown): void;
}

/** A load balancer must have asked /readyz twice before the port closes. */
const READINESS_DELAY_MS = 1500;
/** For clients that connected just before the port closed and have not sent a request yet. */
const FIRST_REQUESTS_MS = 1000;
/** For responses under way when the port closes. */
const LAST_RESPONSES_MS = 3000;

const MAX_BODY = '100kb';
/** moleculer-web's own. */
const { sendResponse, httpHandler, callAction } = (
  ApiGateway as unknown as {
    methods: Record<'sendResponse' | 'httpHandler', (...args: unknown[]) => void> &
      Record<'callAction', (...args: unknown[]) => Promise<unknown>>;
  }
).methods;

/** moleculer-web, set to serve these routes and nothing else. */
export function gateway(
  config: Config,
  routes: readonly Route[],
  access: Access,
  sending: Sending = {},
): Mixin<{ draining: boolean }> {
  const byAction = new Map(routes.map((route) => [route.action, route]));
  const isUpload = uploadRoutes(routes);
  const routeOf = (req: Request): Route => {
    const route = byAction.get(req.$alias.action);
    if (!route) throw errors.notFound();
    return route;
  };

  const settings = {
    port: config.port,
    ip: config.host,
    logRequest: false,
    logRequestParams: false,
    logResponse: false,
    logRouteRegistration: false,
    rootCallOptions(options: { requestID?: string }, { requestId }: Request) {
      options.requestID = requestId;
    },
    routes: [
      {
        path: '/',
        mappingPolicy: 'restrict',
        // Parameters are taken from their places by `paramsOf`; merging would let a query override a body.
        mergeParams: false,
        logging: false,
        bodyParsers: {
          // First: what was parsed can no longer be checked for a signature.
          raw: { limit: MAX_BODY, type: wantsRaw(routes) },
          json: { limit: MAX_BODY, strict: true, type: (req: IncomingMessage) => isJson(req) && !isUpload(req) },
        },
        aliases: aliasesOf(routes),
        onBeforeCall(this: Gateway, ctx: Context<unknown, Meta>, _route: unknown, req: Request) {
          if (req.method === 'OPTIONS') throw errors.methodNotAllowed(allowed(this.aliases, req.parsedUrl ?? '/'));
          const route = routeOf(req);
          resolveRequest(route, ctx, req, access);
          // moleculer-web has chosen a node without knowing the parameters or the customer: by name it is chosen anew.
          if (route.contract.shardKey || route.contract.upload) req.$endpoint = route.action;
        },
        onAfterCall(ctx: Context<unknown, Meta>, _route: unknown, req: Request, res: ServerResponse, data: unknown) {
          const { contract } = routeOf(req);
          if (ctx.meta.$revoked) access.revocations.add(ctx.meta.$revoked);
          ctx.meta.$statusCode ??= contract.status ?? 200;
          if (contract.location) {
            // moleculer-web sends it with a 201 only, and misses it there when it is not in the meta.
            ctx.meta.$location = filled(contract.location, data);
            res.setHeader('Location', ctx.meta.$location);
          }
          if (isPersonal(contract) || !isRead(req)) res.setHeader('Cache-Control', 'no-store');
          return data;
        },
      },
    ],
    onError(this: Gateway, req: Request, res: ServerResponse, error: unknown) {
      const { requestId } = req;
      req.pending?.reject(error);
      const { problem, retryAfter, bug } = problemOf(error, requestId);
      if (bug) this.logger.error(`${req.method} ${req.parsedUrl} failed`, { requestId, error });
      if (res.headersSent) return void res.destroy();
      if (problem.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
      if (Array.isArray(problem.allow)) res.setHeader('Allow', problem.allow.join(', '));
      if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
      res.statusCode = problem.status;
      res.setHeader('Content-Type', 'application/problem+json');
      res.setHeader('Cache-Control', 'no-store');
      res.end(JSON.stringify(problem));
    },
  };

  return {
    name: 'gateway',
    mixins: [ApiGateway as Partial<ServiceSchema>],
    settings: settings as object,
    // What moleculer-web would offer to anyone on the cluster besides.
    actions: { rest: { bulkhead: { enabled: false } }, listAliases: false, addRoute: false, removeRoute: false },
    methods: {
      createServer(this: Gateway & { httpHandler(req: IncomingMessage, res: ServerResponse): Promise<void> }) {
        this.server = createPacedServer({
          ...sending,
          server: SERVER_OPTIONS,
          metrics: this.broker.metrics,
          clientOf: (req) => clientNetwork(access.addressOf(req)),
          // Whether an upload may be sent is known when it is let in.
          mayContinue: (req) => !isUpload(req),
          handle: (req, res) => this.httpHandler(req, res),
        });
        this.server.on('clientError', refuseBroken);
      },
      /** Every request passes the pipeline first, also one without a route. */
      async httpHandler(this: Gateway, req: Request, res: ServerResponse, next: unknown) {
        this.pipeline.begin(req);
        if (this.draining) req.baseHeaders.push('Connection', 'close');
        try {
          const goesOn = this.pipeline.admit(req, res, this);
          if (goesOn !== true && !(await goesOn)) return;
          const answered = this.nearAnswers.answer(req, res);
          if (answered === true || (answered && (await answered))) return;
          if (!req.admission) this.admission.arrive(req);
          writeBaseHeaders(req, res);
          await httpHandler.call(this, req, res, next);
        } catch (error) {
          writeBaseHeaders(req, res);
          this.sendError(req, res, error);
        } finally {
          req.pending?.end();
        }
      },
      resolveAlias(this: Gateway, url: string, method = 'GET') {
        return this.lookup.resolve(url, method);
      },
      /** What is uploaded is passed on as it comes. */
      callAction(this: Gateway, route: object, action: string, req: Request, res: ServerResponse, params: unknown) {
        const { upload } = routeOf(req).contract;
        if (!upload) {
          return this.admission.run(req, res, (waited) => {
            // The node that was chosen may have gone meanwhile.
            if (waited) req.$endpoint = action;
            return callAction.call(this, route, action, req, res, params);
          });
        }
        return receive(upload, req, res, (stream) =>
          callAction.call(this, { ...route, callOptions: { stream } }, action, req, res, params),
        );
      },
      /** moleculer-web would warn of each client that leaves a stream, and could not end one itself. */
      sendResponse(this: Gateway, req: Request, res: ServerResponse, data: unknown, action: unknown) {
        if (data instanceof Readable) this.streams.send(req, res, data);
        else if (routeOf(req).contract.nearCache) this.nearAnswers.send(req, res, data);
        else {
          // moleculer-web takes `If-None-Match: *` for met by whatever it is about to send, also by what was just done.
          if (!isRead(req) || !req.$ctx.meta.$responseHeaders?.ETag) req.headers['if-none-match'] = undefined;
          sendResponse.call(this, req, res, data, action);
        }
      },
      /** moleculer-web would log every 503 with its stack; `onError` logs what is a fault of ours. */
      errorHandler(this: Gateway, req: Request, res: ServerResponse, error: unknown) {
        this.sendError(req, res, error);
      },
      send404(this: Gateway, req: Request, res: ServerResponse) {
        const allow = allowed(this.aliases, req.parsedUrl ?? '/');
        this.sendError(req, res, allow.length > 0 ? errors.methodNotAllowed(allow) : errors.notFound());
      },
      /**
       * Ends the gateway without a lost request: it stops being ready, so that no new clients are sent to it, closes
       * each connection with its next answer, and then the port, and streams, whose clients come back to another.
       */
      async drain(this: Gateway) {
        this.draining = true;
        await sleep(config.natsUrl ? READINESS_DELAY_MS : 0);
        const closed = this.port.close();
        this.streams.endEvents();
        await sleep(config.natsUrl ? FIRST_REQUESTS_MS : 0);
        this.server.closeIdleConnections();
        // What is being answered now is finished first.
        await Promise.race([closed, sleep(LAST_RESPONSES_MS, undefined, { ref: false })]);
        this.streams.cutAll();
      },
    },
    events: nearEvents(routes),
    created() {
      this.draining = false;
      this.lookup = new AliasLookup(this.aliases);
      this.streams = new Streams(access.revocations);
      this.pipeline = new RequestPipeline(config, byAction, access, this.broker, this.logger);
      const log = isLogged(config.logLevel) ? this.logger.info.bind(this.logger) : undefined;
      this.admission = new Admission(routes, access, config.minConcurrency, this.broker);
      this.server.on('connection', () => this.admission.arrivals.connected());
      this.nearAnswers = new NearAnswers(routes, access, this.broker, log);
      this.port = new Port(this.server, config.reusePort);
    },
    async stopped() {
      this.admission.stop();
    },
  };
}

/** `/v1/orders/{id}` with the result's fields. */
function filled(location: string, data: unknown): string {
  return location.replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(String((data as Record<string, unknown>)[field])),
  );
}

/** Whether a request's address is of a route that takes the body as it was sent. */
function wantsRaw(routes: readonly Route[]) {
  const raw = routes.filter(({ contract }) => contract.rawBody).map(({ path }) => path.replace(/:.*/, ''));
  return (req: IncomingMessage) => raw.some((path) => req.url?.startsWith(path));
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';
const isJson = ({ headers }: IncomingMessage) => /^\s*application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');

const isPersonal = ({ auth, personal }: ActionContract): boolean => personal ?? auth !== 'public';
