import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Context, ServiceBroker, ServiceSchema } from 'moleculer';
import ApiGateway from 'moleculer-web';
import type { Meta } from '../../../lib/contract/contract.ts';
import { clientNetwork } from '../../../lib/process/client-address.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import type { Admission } from '../admission/admission.ts';
import type { NearAnswers } from '../near-cache/near-answers.ts';
import { type Alias, AliasLookup, allowed } from './alias-lookup.ts';
import { createPacedServer, type Sending } from './paced-server.ts';
import { Port } from './port.ts';
import type { Access, Request } from './request.ts';
import { type RequestPipeline, writeBaseHeaders } from './request-pipeline.ts';
import { resolveRequest } from './resolve-request.ts';
import { aliasesOf, isPersonal, isRead, locationOf, type Route, wantsRawBody } from './routes.ts';
import { sendProblem } from './send-problem.ts';
import { refuseBroken, SERVER_OPTIONS } from './server.ts';
import type { Streams } from './streams.ts';
import { receive, uploadRoutes } from './upload.ts';

/*
 * This file has all that the gateway sets, replaces and reads of moleculer-web (0.11), with the reason for each.
 * test/integration/api/moleculer-web.test.ts fails when a version of moleculer-web does not fit it any more. The errors that
 * moleculer-web throws are translated in problem.ts, and its part of a request is `RoutedRequest` in request.ts.
 */

/** The service as moleculer-web makes it: the properties that this gateway uses. */
interface MoleculerWebService {
  server: Server;
  aliases: Alias[];
  broker: ServiceBroker;
  logger: Record<'error' | 'info', (...args: unknown[]) => void>;
  httpHandler(req: IncomingMessage, res: ServerResponse): Promise<void>;
  sendError(req: Request, res: ServerResponse, error: unknown): void;
}

/** The service with the properties that gateway.ts sets when it is created. */
export interface Gateway extends MoleculerWebService {
  port: Port;
  lookup: AliasLookup;
  pipeline: RequestPipeline;
  admission: Admission;
  nearAnswers: NearAnswers;
  streams: Streams;
  draining: boolean;
}

interface Options {
  config: Config;
  routes: readonly Route[];
  access: Access;
  sending: Sending;
}

const MAX_BODY = '100kb';

/** moleculer-web with its settings, and with methods of ours in the place of its own. */
export function moleculerWeb(options: Options): Partial<ServiceSchema> {
  const { config, routes, access, sending } = options;
  const byAction = new Map(routes.map((route) => [route.action, route]));
  const isUpload = uploadRoutes(routes);
  const routeOf = (req: Request): Route => {
    const route = byAction.get(req.$alias.action);
    if (!route) throw errors.notFound();
    return route;
  };

  return {
    name: 'moleculer-web',
    mixins: [ApiGateway as Partial<ServiceSchema>],
    settings: settingsOf(options, isUpload, routeOf) as object,

    actions: {
      // Admission limits the requests in flight; the broker's bulkhead would queue them all in one line.
      rest: { bulkhead: { enabled: false } },
      // moleculer-web offers these to every node of the cluster: routes come from the contracts alone.
      listAliases: false,
      addRoute: false,
      removeRoute: false,
    },

    methods: {
      /** Replaced: moleculer-web's server has no limits for slow clients, pipelining and the size of headers. */
      createServer(this: Gateway) {
        this.server = createPacedServer({
          ...sending,
          server: SERVER_OPTIONS,
          metrics: this.broker.metrics,
          clientOf: (req) => clientNetwork(access.addressOf(req)),
          // Admission decides first whether an upload may be sent.
          mayContinue: (req) => !isUpload(req),
          handle: (req, res) => this.httpHandler(req, res),
        });
        this.server.on('clientError', refuseBroken);
      },

      /** Extended: every request passes the pipeline and the near-cache first, also one without a route. */
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
          await own('httpHandler').call(this, req, res, next);
        } catch (error) {
          writeBaseHeaders(req, res);
          this.sendError(req, res, error);
        } finally {
          req.pending?.end();
        }
      },

      /** Replaced: moleculer-web tries the aliases one after the other, and has none for a HEAD. */
      resolveAlias(this: Gateway, url: string, method = 'GET') {
        return this.lookup.resolve(url, method);
      },

      /** Extended: moleculer-web knows no admission, and no upload that is checked while it is passed on. */
      callAction(this: Gateway, route: object, action: string, req: Request, res: ServerResponse, params: unknown) {
        const call = (itsRoute: object) => own('callAction').call(this, itsRoute, action, req, res, params);
        const { upload } = routeOf(req).contract;
        if (upload) return receive(upload, req, res, (stream) => call({ ...route, callOptions: { stream } }));
        return this.admission.run(req, res, (waited) => {
          // The node that moleculer-web has chosen may have gone meanwhile.
          if (waited) req.$endpoint = action;
          return call(route);
        });
      },

      /** Extended: moleculer-web warns of each client that leaves a stream, and cannot end a stream itself. */
      sendResponse(this: Gateway, req: Request, res: ServerResponse, data: unknown, action: unknown) {
        if (data instanceof Readable) this.streams.send(req, res, data);
        else if (routeOf(req).contract.nearCache) this.nearAnswers.send(req, res, data);
        else {
          // moleculer-web answers 304 to `If-None-Match: *`, also after a change and where the answer has no ETag.
          if (!isRead(req) || !req.$ctx.meta.$responseHeaders?.ETag) req.headers['if-none-match'] = undefined;
          own('sendResponse').call(this, req, res, data, action);
        }
      },

      /** Replaced: moleculer-web logs every 503 with its stack; `sendProblem` logs bugs alone. */
      errorHandler(this: Gateway, req: Request, res: ServerResponse, error: unknown) {
        this.sendError(req, res, error);
      },

      /** Replaced: moleculer-web answers 404 also where the path has a route with another method. */
      send404(this: Gateway, req: Request, res: ServerResponse) {
        const methods = allowed(this.aliases, req.parsedUrl ?? '/');
        this.sendError(req, res, methods.length > 0 ? errors.methodNotAllowed(methods) : errors.notFound());
      },
    },

    created() {
      this.lookup = new AliasLookup(this.aliases);
      // For each request moleculer-web makes a coloured text of its alias, also where it does not log it.
      for (const alias of this.aliases) {
        const text = String(alias);
        alias.toString = () => text;
      }
      // moleculer-web listens with one socket.
      this.port = new Port(this.server, config.reusePort);
      this.server.listen = ((port: number, host: string, done: () => void) =>
        this.port.listen(port, host, done)) as Server['listen'];
    },
  };
}

function settingsOf(
  { config, routes, access }: Options,
  isUpload: (req: IncomingMessage) => boolean,
  routeOf: (req: Request) => Route,
) {
  return {
    port: config.port,
    ip: config.host,
    // The shop has its own log of requests.
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
        // Merged parameters would let a query override a body; `paramsOf` takes each from its place.
        mergeParams: false,
        logging: false,
        bodyParsers: {
          // First: moleculer-web runs the parsers in this order, and the signature of a parsed body cannot be checked.
          raw: { limit: MAX_BODY, type: wantsRawBody(routes) },
          json: { limit: MAX_BODY, strict: true, type: (req: IncomingMessage) => isJson(req) && !isUpload(req) },
        },
        aliases: aliasesOf(routes),
        onBeforeCall(this: Gateway, ctx: Context<unknown, Meta>, _route: unknown, req: Request) {
          // moleculer-web takes an OPTIONS for the method that it asks about.
          if (req.method === 'OPTIONS') throw errors.methodNotAllowed(allowed(this.aliases, req.parsedUrl ?? '/'));
          const route = routeOf(req);
          req.$params = resolveRequest(route, ctx, req, access);
          // moleculer-web has chosen a node before the parameters are known; by name, the broker chooses again.
          if (route.contract.shardKey || route.contract.upload) req.$endpoint = route.action;
        },
        onAfterCall(ctx: Context<unknown, Meta>, _route: unknown, req: Request, res: ServerResponse, data: unknown) {
          const { contract } = routeOf(req);
          if (ctx.meta.$revoked) access.revocations.add(ctx.meta.$revoked);
          ctx.meta.$statusCode ??= contract.status ?? 200;
          if (contract.location) {
            // moleculer-web sends a Location with a 201 alone, and warns when a 201 has none in its meta.
            ctx.meta.$location = locationOf(contract.location, data);
            res.setHeader('Location', ctx.meta.$location);
          }
          if (isPersonal(contract) || !isRead(req)) res.setHeader('Cache-Control', 'no-store');
          return data;
        },
      },
    ],
    onError(this: Gateway, req: Request, res: ServerResponse, error: unknown) {
      sendProblem(req, res, error, this.logger);
    },
  };
}

/** A method of moleculer-web, which its types do not have. @throws {Error} when it has no such method any more */
function own(name: 'httpHandler' | 'callAction' | 'sendResponse'): (...args: unknown[]) => Promise<void> {
  const method: unknown = ApiGateway.methods?.[name];
  if (typeof method !== 'function') throw new Error(`moleculer-web has no method ${name}`);
  return method as (...args: unknown[]) => Promise<void>;
}

const isJson = ({ headers }: IncomingMessage) => /^\s*application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
