import { contract } from '../../lib/contract/contract.ts';
import { service } from '../../lib/contract/service.ts';
import { errors } from '../../services/shared/problems.ts';

/** `slow`: answers when the mode changes, which is after any caller's time. */
export type FaultyMode = 'ok' | 'refuse' | 'fail' | 'slow';

const open = { visibility: 'public', auth: 'internal', returns: 'string', params: {} } as const;
const key = { type: 'string' } as const;

const faulty = contract(
  'faulty',
  {
    run: { ...open, summary: 'Names the node', idempotent: false },
    read: { ...open, summary: 'Names the node, and may be asked again', idempotent: true },
    sharded: { ...open, summary: 'Names the node of a key', idempotent: false, shardKey: 'key', params: { key } },
  },
  {},
);

const front = contract(
  'front',
  { ask: { ...open, summary: 'Asks a node that does not answer in time', idempotent: false } },
  {},
);

declare module '../../lib/contract/contract.ts' {
  interface Registered {
    faulty: [typeof faulty, typeof front];
  }
}

/** Services of one node that fail as they are told; `calls` counts what reached it. */
export function faultyServices(nodeId: string) {
  let mode: FaultyMode = 'ok';
  let change = () => {};
  let changed = Promise.resolve();
  const seen = { calls: 0 };
  const setMode = (next: FaultyMode) => {
    mode = next;
    change();
    changed = new Promise((resolve) => {
      change = resolve;
    });
  };
  setMode('ok');
  const answer = async () => {
    seen.calls += 1;
    if (mode === 'refuse') throw errors.notFound();
    if (mode === 'fail') throw new TypeError('broken');
    if (mode === 'slow') await changed;
    return nodeId;
  };
  const schemas = [
    service(faulty, { checkResults: true }, { handlers: { run: answer, read: answer, sharded: answer } }),
    service(
      front,
      { checkResults: true },
      {
        handlers: { ask: (ctx) => ctx.call('faulty.run', {}, { timeout: 500, nodeID: 'hanging' }) },
      },
    ),
  ];
  return { schemas, setMode, seen };
}
