import type { Service, ServiceBroker, ServiceSchema } from 'moleculer';
import { connect, type NatsConnection } from 'nats';
import type { Config } from '../../lib/process/config.ts';
import { type NatsFiles, natsOptions } from '../../lib/process/nats-options.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { detectNodeChange, parseConnectionEvent } from './connection-events.ts';

/**
 * The time from a node's connection to its subscriptions. If it takes longer, the node's next heartbeat announces it.
 */
const SUBSCRIPTION_DELAY_MS = 200;

/**
 * Tells Moleculer's nodes when a node's connection to NATS ends or begins, which they would know only after missed
 * heartbeats. Any number of watchers can run: their messages are the same, and repetitions change nothing.
 * @throws {StartError} without `natsSystemUrl`, or when NATS refuses its credentials
 */
export default function watcher(config: Config): ServiceSchema {
  let connection: NatsConnection | undefined;
  const newestStartByNode = new Map<string, number>();

  return {
    name: 'watcher',

    async started(this: Service) {
      if (!config.natsSystemUrl) throw new StartError('SERVICES has watcher, which needs NATS_SYSTEM_URL');
      const { broker, logger } = this;
      connection = await connectToNats(config.natsSystemUrl, `watcher-${broker.nodeID}`, config.natsFiles);

      const onEvent = (json: string) => {
        const event = parseConnectionEvent(json);
        if (!event) return;
        const change = detectNodeChange(
          event,
          broker.registry.nodes.nodes,
          broker.nodeID,
          newestStartByNode,
          Date.now(),
        );
        if (change === 'lost') {
          logger.warn(`Node ${event.name} lost its connection to NATS and is removed`);
          sendPacketAs(broker, 'DISCONNECT', event.name);
        } else if (change === 'back') {
          setTimeout(() => announce(event.name), SUBSCRIPTION_DELAY_MS).unref();
        }
      };
      // A heartbeat makes the nodes that removed it ask for its services, as from any unknown node.
      const announce = (name: string) => {
        if (broker.registry.nodes.get(name)?.available === false) sendPacketAs(broker, 'HEARTBEAT', name);
      };
      for (const kind of ['CONNECT', 'DISCONNECT']) {
        connection.subscribe(`$SYS.ACCOUNT.*.${kind}`, {
          callback: (error, message) => (error ? logger.error(error) : onEvent(message.string())),
        });
      }
      await connection.flush();
    },

    async stopped() {
      await connection?.close();
    },
  };
}

async function connectToNats(url: string, name: string, files: NatsFiles): Promise<NatsConnection> {
  const reconnectForever = { maxReconnectAttempts: -1, reconnectTimeWait: 200, ignoreAuthErrorAbort: true };
  try {
    return await connect({ ...natsOptions(url, files), ...reconnectForever, name });
  } catch (error) {
    throw new StartError(`The watcher cannot use NATS_SYSTEM_URL: ${(error as Error).message}`);
  }
}

/** Sends a packet of Moleculer's protocol in the name of another node. `transit.publish` would use this node's name. */
function sendPacketAs(broker: ServiceBroker, type: 'DISCONNECT' | 'HEARTBEAT', sender: string): void {
  const { transit, serializer } = broker;
  if (!transit?.connected || !serializer) return;
  const payload = { ver: broker.PROTOCOL_VERSION, sender };
  // The middlewares of `transporterSend` ask for the packet, as of those that Moleculer sends.
  const packet = { type, target: null, payload };
  void transit.tx.send(transit.tx.getTopicName(type), serializer.serialize(payload, type), { packet });
}
