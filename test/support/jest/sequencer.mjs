import Sequencer from '@jest/test-sequencer';

/**
 * The files that take longest, so that none of them is left over at the end, when the other workers have nothing to do.
 * Those that keep all processors busy stand between those that mostly wait. Nothing but speed depends on the list;
 * `npm test -- --json` tells how long each file takes.
 */
const FIRST = [
  'cluster/kill',
  'chaos/chaos',
  'customer/mail',
  'product/catch-up',
  'cluster/erasure',
  'shopping/audit',
  'cluster/uploads',
  'lib/lock',
  'cluster/circuit-breaker',
  'shopping/checkout',
  'cluster/reservations',
  'shopping/recovery',
  'cluster/stop',
  'security/uploads',
  'security/fuzz',
  'shopping/refused-money',
  'shopping/oversell',
  'shopping/parked',
  'product/import',
  'product/stock-alerts',
  'shopping/every-fault',
  'shopping/open-order',
  'cluster/projection',
];

/** Jest's own order, behind the files that take longest: on a clean checkout it does not know which those are. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const first = FIRST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
      if (first >= 0) return first;
      return path.includes('/test/unit/') ? FIRST.length + 1 : FIRST.length;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
