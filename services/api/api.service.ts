import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { VerifiedTokens } from '../../lib/auth/verified-tokens.ts';
import { properties, type Self } from '../../lib/contract/mixin.ts';
import { service } from '../../lib/contract/service.ts';
import { isOutage } from '../../lib/process/outage.ts';
import { worker } from '../../mixins/worker.ts';
import type { NodeConfig } from '../node-config.ts';
import { api } from './api.contract.ts';
import { gateway } from './gateway.ts';
import { clientAddress } from './http/client-address.ts';
import { Revocations } from './http/revocations.ts';
import { routesOf } from './http/routes.ts';
import { checkGateway, checkParts, checkStarted } from './readiness.ts';

/** Longest time until an access token is refused when the events of its session were lost. */
const CATCH_UP_MS = 5000;

export default function apiService(config: NodeConfig) {
  const keys = createKeyRing(config);
  const access = {
    tokens: new VerifiedTokens(keys),
    revocations: new Revocations(),
    addressOf: clientAddress(config.trustedProxies),
    guestCheckout: config.guestCheckout,
  };

  return service(api, config, {
    mixins: [
      worker<Self<unknown>>({
        every: CATCH_UP_MS,
        // While the customer service is away, no session can end.
        async run() {
          await access.revocations.catchUp(this.broker).catch(ifOutage);
        },
      }),
      gateway(config, routesOf(config.contracts), access),
      // Resolves when this gateway knows the ended sessions, or stops.
      properties(() => ({ learnt: Promise.resolve() })),
    ],

    handlers: {
      health() {
        return { status: 'ok' } as const;
      },

      async readiness(ctx) {
        checkGateway({ broker: this.broker, draining: this.draining, revocations: access.revocations });
        const parts = ctx.params.deep ? { parts: await checkParts(this.broker) } : {};
        // Last, so that a deep check of a process that is starting names the missing parts.
        checkStarted(this.broker);
        return { status: 'ready' as const, ...parts };
      },

      jwks() {
        return keys.jwks;
      },
    },

    async started() {
      this.learnt = access.revocations.learn(this.broker, this.worker.stopping);
      this.worker.background(this.learnt);
    },

    events: {
      'customer.revoked'(ctx) {
        access.revocations.add(ctx.params.sessions);
      },
    },
  });
}

function ifOutage(error: unknown): void {
  if (!isOutage(error)) throw error;
}
