import { setTimeout as sleep } from 'node:timers/promises';
import type { Mixin } from '../../lib/contract/mixin.ts';
import type { Config } from '../../lib/process/config.ts';
import { isLogged } from '../../lib/process/request-log.ts';
import { Admission } from './admission/admission.ts';
import { type Gateway, moleculerWeb } from './http/moleculer-web.ts';
import type { Sending } from './http/paced-server.ts';
import type { Access } from './http/request.ts';
import { RequestPipeline } from './http/request-pipeline.ts';
import type { Route } from './http/routes.ts';
import { Streams } from './http/streams.ts';
import { NearAnswers, nearEvents } from './near-cache/near-answers.ts';

/** A load balancer must have asked /readyz twice before the port closes. */
const READINESS_DELAY_MS = 1500;
/** For clients that connected just before the port closed and have not sent a request yet. */
const FIRST_REQUESTS_MS = 1000;
/** For responses under way when the port closes. */
const LAST_RESPONSES_MS = 3000;

/** The gateway of some routes: moleculer-web, and the parts that a request goes through (`httpHandler`). */
export function gateway(
  config: Config,
  routes: readonly Route[],
  access: Access,
  sending: Sending = {},
): Mixin<{ draining: boolean }> {
  const byAction = new Map(routes.map((route) => [route.action, route]));
  return {
    name: 'gateway',
    mixins: [moleculerWeb({ config, routes, access, sending })],
    methods: {
      /**
       * Ends the gateway without a lost request. It stops being ready, so that load balancers send no new clients; closes
       * each connection with its next response; and then closes the port and the streams, whose clients come back to
       * another gateway.
       */
      async drain(this: Gateway) {
        this.draining = true;
        await sleep(config.natsUrl ? READINESS_DELAY_MS : 0);
        const closed = this.port.close();
        this.streams.endEvents();
        await sleep(config.natsUrl ? FIRST_REQUESTS_MS : 0);
        this.server.closeIdleConnections();
        await Promise.race([closed, sleep(LAST_RESPONSES_MS, undefined, { ref: false })]);
        this.streams.cutAll();
      },
    },
    events: nearEvents(routes),
    created() {
      this.draining = false;
      this.streams = new Streams(access.revocations);
      this.pipeline = new RequestPipeline(config, byAction, access, this.broker, this.logger);
      const log = isLogged(config.logLevel) ? this.logger.info.bind(this.logger) : undefined;
      this.admission = new Admission(routes, access, config.minConcurrency, this.broker);
      this.server.on('connection', () => this.admission.arrivals.connected());
      this.nearAnswers = new NearAnswers(routes, access, this.broker, log);
    },
    async stopped() {
      this.admission.stop();
    },
  };
}
