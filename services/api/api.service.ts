import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { isOutage } from '../../lib/outage.ts';
import { type Self, service } from '../../lib/service.ts';
import { keyRing } from '../../lib/token-keys.ts';
import { worker } from '../../mixins/worker.ts';
import { contracts } from '../contracts.ts';
import { api } from './api.contract.ts';
import { clientAddress } from './client-address.ts';
import { gateway } from './gateway.ts';
import { reachAll } from './readiness.ts';
import { Revocations } from './revocations.ts';
import { routesOf } from './routes.ts';

/** An access token is refused at most this much later, in ms, when every word of it got lost. */
const CATCH_UP = 5000;

export default function apiService(config: Config) {
  const access = {
    keys: keyRing(config),
    revocations: new Revocations(),
    addressOf: clientAddress(config.trustedProxies),
  };

  return service<{ draining: boolean }>()(api, config, {
    mixins: [
      worker<Self<unknown>>({
        every: CATCH_UP,
        // Without the customer service there is nobody who could have ended a session.
        async run() {
          await access.revocations.catchUp(this.broker).catch(ifOutage);
        },
      }),
      gateway(config, routesOf(contracts), access),
    ],

    handlers: {
      health() {
        return { status: 'ok' } as const;
      },

      async readiness() {
        if (this.draining) throw errors.unavailable('This gateway is stopping.');
        await reachAll(this.broker);
        return { status: 'ready' } as const;
      },

      jwks() {
        return access.keys.jwks;
      },
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
