import type { BrokerOptions, Transit } from 'moleculer';
import { breakerService } from './lib/cluster/breaker.ts';
import { middlewareOrder } from './lib/cluster/middleware-order.ts';
import { isCounted } from './lib/cluster/node-breaker.ts';
import { replacedNodes } from './lib/cluster/replaced-nodes.ts';
import { actionTimeout } from './lib/contract/action-timeout.ts';
import type { Contract } from './lib/contract/contract.ts';
import { eventCheck } from './lib/contract/event-check.ts';
import { paramsValidator } from './lib/contract/validator.ts';
import type { Config } from './lib/process/config.ts';
import { drain } from './lib/process/drain.ts';
import { pinoOptions } from './lib/process/log.ts';
import { natsOptions } from './lib/process/nats-options.ts';
import { nodeService } from './lib/process/node-service.ts';
import { outsideBreakerMetrics } from './lib/process/outside-breaker-metrics.ts';
import { requestLog } from './lib/process/request-log.ts';
import { ScrapedMetrics } from './lib/process/scraped-metrics.ts';
import { relayMiddleware } from './lib/relay/middleware.ts';
import { BATCH_METADATA, packetBatches } from './lib/relay/packet-batches.ts';
import { dueWorkService } from './mixins/due-work/due-work-service.ts';
import { storeMetrics } from './mixins/store/store-metrics.ts';
import { contracts as shopContracts } from './services/contracts.ts';
import { staffAuditMiddleware } from './services/customer/staff/staff-audit.ts';

/** In ms. */
const REQUEST_TIMEOUT = 5000;

/**
 * How the nodes of one shop find and treat each other.
 * @param contracts with those of extensions
 */
export function brokerOptions(config: Config, contracts: readonly Contract[] = shopContracts): BrokerOptions {
  const { circuitBreaker } = config;
  return {
    // Shops that share a NATS server do not see each other, as they do not share databases.
    namespace: config.databasePrefix.replace(/-$/, ''),
    nodeID: config.nodeId,
    metadata: BATCH_METADATA,
    logger: { type: 'Pino', options: { level: config.logLevel, pino: { options: pinoOptions } } },

    transporter: config.natsUrl
      ? {
          type: 'NATS',
          options: {
            ...natsOptions(config.natsUrl, config.natsFiles),
            // The watcher knows a lost node by the name of its connection.
            name: config.nodeId,
            // NATS restarts are waited out for as long as it takes.
            maxReconnectAttempts: -1,
            reconnectTimeWait: 200,
            reconnectJitter: 50,
            waitOnFirstConnect: true,
          },
        }
      : null,

    // Only the fallback: a dead node is dropped on NATS's word, within a fraction of a second (services/watcher).
    // Longer than a restart of NATS takes, or the nodes would drop each other meanwhile.
    heartbeatInterval: 5,
    heartbeatTimeout: 15,

    // A node that comes back is announced with its last service; Moleculer waits a second, with one node fewer.
    transit: { serviceChangedDebounceTime: 0 } as Transit.TransitOptions,

    // What a service needs of its own node is up in a moment; Moleculer looks once a second.
    dependencyInterval: 20,

    // A service on the same node is called without the transporter.
    registry: { strategy: 'RoundRobin', preferLocal: true },

    // Above any healthy answer. Reads have their own, shorter timeouts in their contracts, and are then retried.
    requestTimeout: REQUEST_TIMEOUT,
    // Switched on by the contract of each idempotent action; nothing else is ever run twice.
    retryPolicy: { enabled: false, retries: 3, delay: 50, maxDelay: 1000, factor: 2 },

    // lib/cluster/node-breaker.ts decides what counts as a failure, and which actions have none.
    circuitBreaker: {
      enabled: circuitBreaker.enabled,
      threshold: circuitBreaker.threshold,
      minRequestCount: circuitBreaker.minRequests,
      windowTime: circuitBreaker.windowSeconds,
      halfOpenTime: circuitBreaker.halfOpenMs,
      check: isCounted,
    },
    // A flood of one action waits in line instead of taking the memory and the time of all others.
    bulkhead: { enabled: true, concurrency: 256, maxQueueSize: 2048 },

    // A stopping node leaves the registry first and finishes what it has begun.
    tracking: { enabled: true, shutdownTimeout: 5000 },
    maxCallLevel: 20,

    // Few types: measuring every request in every way costs a third of the speed.
    metrics: {
      enabled: config.metricsPort > 0,
      collectProcessMetrics: true,
      reporter: [
        new ScrapedMetrics({
          host: config.host,
          port: config.metricsPort,
          path: '/metrics',
          includes: ['shop.**', 'process.**', 'os.memory.**', 'moleculer.request.**', 'moleculer.circuit-breaker.**'],
        }),
      ],
    },

    internalServices: { $node: nodeService() },

    // So that only a rule that says `nullable` takes null (lib/contract/service.ts).
    validator: paramsValidator(),

    middlewares: [
      packetBatches(),
      staffAuditMiddleware(),
      eventCheck(contracts),
      relayMiddleware(contracts, config.checkResults),
      requestLog(config.logLevel),
      actionTimeout(contracts, REQUEST_TIMEOUT),
      drain(),
      replacedNodes(),
      outsideBreakerMetrics(),
      storeMetrics(),
      breakerService(config.checkResults),
      dueWorkService(config.checkResults),
      ...middlewareOrder(),
    ],
    // They are in the list above, in another order.
    internalMiddlewares: false,
    // scripts/start.ts handles the signals.
    skipProcessEventRegistration: true,
  };
}
