import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type BrokerOptions, ServiceBroker } from 'moleculer';
import { contract } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import { wrapStaffActions } from '../../../lib/contract/staff-actions.ts';
import { paramsValidator } from '../../../lib/contract/validator.ts';

const action = { summary: '', visibility: 'public', idempotent: false, params: {} } as const;
const desk = contract(
  'desk',
  { stamp: { ...action, auth: 'staff', scope: 'orders:write' }, look: { ...action, auth: 'public' } },
  {},
);
const meta = { user: { id: 'cus_1', role: 'staff', session: 's' } };

let done: string[];
let broker: ServiceBroker;

async function start(options: BrokerOptions = {}) {
  broker = new ServiceBroker({ logger: false, validator: paramsValidator(), ...options });
  const handlers = { stamp: () => void done.push('stamped'), look: () => void done.push('looked') };
  broker.createService(service(desk, { checkResults: false }, { handlers }));
  await broker.start();
}

const noted = () =>
  wrapStaffActions(
    (name, handler) =>
      async function (ctx) {
        done.push(`begin ${name}`);
        await handler.call(this, ctx);
        done.push(`end ${name}`);
      },
  );

beforeEach(() => {
  done = [];
});
afterEach(() => broker.stop());

describe('an action of staff', () => {
  test('runs inside what its broker wraps it in; other actions do not', async () => {
    await start({ middlewares: [noted()] });
    await broker.call('desk.stamp', {}, { meta });
    await broker.call('desk.look', {}, { meta });
    expect(done).toEqual(['begin desk.stamp', 'stamped', 'end desk.stamp', 'looked']);
  });

  test('is not begun for those who may not call it', async () => {
    await start({ middlewares: [noted()] });
    const customer = { user: { ...meta.user, role: 'customer' } };
    await expect(broker.call('desk.stamp', {}, { meta: customer })).rejects.toMatchObject({ type: 'not-found' });
    expect(done).toEqual([]);
  });

  test('does nothing on a broker whose list of middlewares lacks the audit', async () => {
    await start();
    await expect(broker.call('desk.stamp', {}, { meta })).rejects.toThrow('does not audit');
    await broker.call('desk.look', {}, { meta });
    expect(done).toEqual(['looked']);
  });
});
