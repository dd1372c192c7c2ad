// What V8 has to be told for a process that answers requests. To be imported before anything else.
import { executionAsyncResource } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';

/**
 * V8 puts objects straight among the old ones when those made at the same place in its first second did live long. Where
 * requests pass later, each then leaves one there, and with it all that it refers to stays until the next full
 * collection: a gateway that was unlucky at its start (one of five or so) took half as much processor time again.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * One of the objects that `process.nextTick` makes, some ten for a request. V8 forgets the shape of objects of which
 * none is left, and each full collection that finds none gives Node's code a new shape to meet: after a few of them it
 * is compiled for any shape, and a request takes 10 to 15 % more. While one is kept, the shape is.
 */
export let tick: object | undefined;

process.nextTick(() => {
  tick = executionAsyncResource();
});
