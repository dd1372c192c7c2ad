import Sequencer from '@jest/test-sequencer';

/** Those that take longest, so that none of them is left over at the end, when the other workers have nothing to do. */
const FIRST = ['/test/chaos/', '/test/cluster/', '/test/integration/product/import.test.ts'];

/** Jest's own order, behind the files that take longest: on a clean checkout it does not know which those are. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => FIRST.findIndex((part) => path.includes(part)) + 1 || FIRST.length + 1;
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
