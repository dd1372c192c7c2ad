import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { service } from '../../lib/service.ts';
import { contracts } from '../contracts.ts';
import { api } from './api.contract.ts';
import { gateway } from './gateway.ts';
import { reachAll } from './readiness.ts';
import { routesOf } from './routes.ts';

export default function apiService(config: Config) {
  return service<{ draining: boolean }>()(api, config, {
    mixins: [gateway(config, routesOf(contracts))],

    handlers: {
      health() {
        return { status: 'ok' } as const;
      },

      async readiness() {
        if (this.draining) throw errors.unavailable('This gateway is stopping.');
        await reachAll(this.broker);
        return { status: 'ready' } as const;
      },
    },
  });
}
