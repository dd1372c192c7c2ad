import type { AddressInfo } from 'node:net';
import { type BrokerOptions, type Service, ServiceBroker, type ServiceSchema } from 'moleculer';
import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { signAccessToken } from '../../lib/auth/tokens.ts';
import { VerifiedTokens } from '../../lib/auth/verified-tokens.ts';
import type { Contract, Rpc } from '../../lib/contract/contract.ts';
import { paramsValidator } from '../../lib/contract/validator.ts';
import type { Config } from '../../lib/process/config.ts';
import { gateway } from '../../services/api/gateway.ts';
import { clientAddress } from '../../services/api/http/client-address.ts';
import type { Sending } from '../../services/api/http/paced-server.ts';
import { Revocations } from '../../services/api/http/revocations.ts';
import { routesOf } from '../../services/api/http/routes.ts';
import { eventually } from './shop.ts';

export interface TestGateways {
  urls: string[];
  /** Of the node that the service runs on. */
  home: ServiceBroker;
  /** Of each gateway. */
  brokers: readonly ServiceBroker[];
  /** An access token that these gateways take. */
  token(role: 'customer' | 'staff'): string;
  stop(): Promise<void>;
}

/**
 * Gateways to a service of a test's own: on its node, or each on a node of its own, with Moleculer's transporter and
 * serializer between.
 */
export async function startGateways(
  config: Config,
  {
    contract,
    schema,
    count = 1,
    apart,
    sending,
  }: { contract: Contract; schema: ServiceSchema; count?: number; apart: boolean; sending?: Sending },
): Promise<TestGateways> {
  const options: BrokerOptions = {
    logger: false,
    requestTimeout: 5000,
    namespace: config.databasePrefix,
    ...(apart ? { transporter: 'Fake' } : {}),
    validator: paramsValidator(),
    metrics: { enabled: true, reporter: [] },
  };
  const keys = createKeyRing(config);
  const home = new ServiceBroker({ ...options, nodeID: 'home' });
  const brokers = apart
    ? Array.from({ length: count }, (_, n) => new ServiceBroker({ ...options, nodeID: `gateway-${n}` }))
    : [home];
  const access = {
    tokens: new VerifiedTokens(keys),
    addressOf: clientAddress([]),
    guestCheckout: true,
    revocations: await noRevocations(),
  };
  const apis = brokers.map((broker) =>
    broker.createService({
      name: 'api',
      mixins: [gateway(config, routesOf([contract]), access, sending)],
    }),
  ) as (Service & { server: { address(): AddressInfo } })[];
  home.createService(schema);
  const all = [...new Set([home, ...brokers])];
  for (const broker of all) await broker.start();
  for (const broker of brokers) await broker.waitForServices(contract.name);
  // Events go only to nodes of which the sender knows that they listen.
  await eventually(
    async () => await home.call<{ services: { name: string }[] }[], object>('$node.list', { withServices: true }),
    (nodes) => nodes.filter(({ services }) => services.some(({ name }) => name === 'api')).length === brokers.length,
  );
  return {
    urls: apis.map(({ server }) => `http://127.0.0.1:${server.address().port}`),
    home,
    brokers,
    token: (role) => signAccessToken({ id: `cus_${role}`, sessionId: `ses_${role}`, role }, keys),
    async stop() {
      for (const broker of all) await broker.stop();
    },
  };
}

/** What gateways know of a shop in which no session has ended. */
export async function noRevocations(): Promise<Revocations> {
  const revocations = new Revocations();
  await revocations.catchUp({ call: async () => ({ sessions: [], until: Date.now(), more: false }) } as unknown as Rpc);
  return revocations;
}

const PASSING = ['date', 'x-request-id', 'ratelimit', 'connection', 'keep-alive'];

/** What of an answer's headers does not differ from one request to the next. */
export const lasting = (headers: Headers): [string, string][] =>
  [...headers].filter(([name]) => !PASSING.includes(name));
