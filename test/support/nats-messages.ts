import { connect } from 'nats';
import { natsOptions } from '../../lib/process/nats-options.ts';

/** The account that the servers' own messages belong to (scripts/servers/start.ts). */
const SYSTEM_ACCOUNT = 'SYS';

interface AccountStatistics {
  data: { account_statz: { acc: string; received: { msgs: number } }[] };
}

/**
 * The number of messages that clients have sent to a NATS server so far, as the server tells its system account. A message
 * counts once, however many subscribers it has.
 */
export async function messagesSentTo(natsSystemUrl: string): Promise<number> {
  const connection = await connect(natsOptions(natsSystemUrl));
  try {
    const reply = await connection.request('$SYS.REQ.ACCOUNT.PING.STATZ');
    const { account_statz: accounts } = reply.json<AccountStatistics>().data;
    return accounts.filter(({ acc }) => acc !== SYSTEM_ACCOUNT).reduce((sum, { received }) => sum + received.msgs, 0);
  } finally {
    await connection.close();
  }
}
