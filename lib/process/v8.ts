// Settings of V8 for a process that answers requests. Import it before any other module.

import { executionAsyncResource } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';

/**
 * Disables allocation-site pretenuring: V8 allocates objects directly in old space if the objects of the same allocation
 * site survived during its first second. Later, each request leaves such an object there, and all that it references
 * stays until the next full collection. An unlucky gateway (about one in five) took half as much processor time again.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * Keeps one of the objects alive that `process.nextTick` creates, about ten per request. V8 drops the hidden class of
 * objects when a full collection finds none of them, and Node's code then gets a new hidden class. After a few of these
 * it is compiled as megamorphic, and a request takes 10 to 15 % more time. One living object preserves the class.
 */
export let nextTickResource: object | undefined;

process.nextTick(() => {
  nextTickResource = executionAsyncResource();
});
