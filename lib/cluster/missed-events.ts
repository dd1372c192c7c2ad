import type { Mixin } from '../contract/mixin.ts';

/** Moleculer's local events of connections that came or went: events of other nodes may have been lost. */
const CONNECTION_EVENTS = [
  '$node.connected',
  '$node.disconnected',
  '$transporter.connected',
  '$transporter.disconnected',
];

/** The mixin that calls `handler` when events of other nodes may have been lost. */
export function onMissedEvents<S>(handler: (this: S) => void): Mixin<unknown, S> {
  const call = function (this: unknown) {
    handler.call(this as S);
  };
  return { name: 'missed-events', events: Object.fromEntries(CONNECTION_EVENTS.map((name) => [name, call])) };
}
