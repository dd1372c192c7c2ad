import type { ServiceBroker } from 'moleculer';

/**
 * Tells a shop's services that its connection to NATS is back, as Moleculer does: events may have been lost. They then look
 * at once for what they have missed, and each second for a while.
 */
export const reconnect = (shop: { broker: Pick<ServiceBroker, 'broadcastLocal'> }): Promise<unknown> =>
  shop.broker.broadcastLocal('$transporter.connected');
