import type { Self } from '../../../lib/contract/mixin.ts';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { worker } from '../../../mixins/worker.ts';
import { audit } from './audit.contract.ts';
import { runAudit } from './audit.ts';
import { INVARIANTS, type Violation } from './violation.ts';

const VIOLATIONS_GAUGE = 'shop.invariant.violations';

export default function auditService(config: Config) {
  const watching = config.metricsPort > 0 && config.auditSeconds > 0;

  const watch = worker<Self<unknown>>({
    every: config.auditSeconds * 1000,
    async run() {
      const { violations } = await this.broker.call('audit.run');
      for (const { invariant, detail } of violations) this.logger.error(`${invariant} is violated: ${detail}`);
    },
  });

  return service(audit, config, {
    mixins: watching ? [watch] : [],

    handlers: {
      async run(ctx) {
        const { atRest = false, acknowledged = [] } = ctx.params;
        const report = await runAudit(ctx, { atRest, acknowledged });
        for (const [invariant, count] of countViolations(report.violations)) {
          this.broker.metrics?.set(VIOLATIONS_GAUGE, count, { invariant });
        }
        return report;
      },
    },

    created() {
      const description = 'Violations of each invariant that the last audit found';
      this.broker.metrics?.register({ type: 'gauge', name: VIOLATIONS_GAUGE, description, labelNames: ['invariant'] });
    },
  });
}

/** The number of violations of each invariant, also zero, as a gauge without a value would be missing. */
function countViolations(violations: readonly Violation[]): [string, number][] {
  return Object.keys(INVARIANTS).map((name) => [name, violations.filter(({ invariant }) => invariant === name).length]);
}
