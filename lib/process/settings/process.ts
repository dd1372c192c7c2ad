import { NODE_KINDS } from '../node-kinds.ts';
import { FLAG_ALLOWED, flag, listOf, PORT_ALLOWED, port, type Setting, text, wholeNumber } from './setting.ts';

const MODES = ['development', 'test', 'production'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** What a process is and where it listens. */
export const processSettings = {
  NODE_ENV: {
    rule: { type: 'enum', values: MODES, default: 'development' },
    allowed: `one of ${MODES.join(', ')}`,
    about: '`production` has no default secrets',
  },
  SERVICES: {
    rule: { ...text, default: 'customer,product,shopping,api' },
    allowed: `a comma-separated list of ${NODE_KINDS.join(', ')}`,
    about: 'the node kinds of this process',
    parse: listOf((name) => NODE_KINDS.find((kind) => kind === name), { skipEmptyParts: false }),
  },
  NODE_ID: {
    rule: { ...text, pattern: /^[\w-]+$/, optional: true },
    allowed: 'letters, digits, - and _',
    about: "the node's name in the cluster; unique",
    defaultNote: 'from services, host and pid',
  },
  HOST: {
    rule: { ...text, default: '127.0.0.1' },
    allowed: 'an address or a host name',
    about: 'where the gateway listens',
  },
  PORT: {
    rule: { ...port, default: 3000 },
    allowed: PORT_ALLOWED,
    about: 'where the gateway listens; 0 takes a free port',
  },
  REUSE_PORT: {
    rule: { ...flag, default: false },
    allowed: FLAG_ALLOWED,
    about: 'lets several gateways of a machine share `PORT`',
  },
  PROBE_PORT: {
    rule: { ...port, default: 0 },
    allowed: PORT_ALLOWED,
    about: '`/healthz` and `/readyz` of a node without a gateway',
    defaultNote: 'off',
  },
  DATA_DIR: {
    rule: { ...text, default: './data' },
    allowed: 'a folder',
    about: "files of the embedded store, the kept token secret, the cluster's logs",
  },
  SERVICES_DIR: {
    rule: { ...text, optional: true },
    allowed: 'a folder',
    about: "a shop's own services, which run besides ours: [docs/extending.md](docs/extending.md)",
  },
  LOG_LEVEL: {
    rule: { type: 'enum', values: LOG_LEVELS, default: 'warn' },
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
    about: 'the least severe lines that are logged',
  },
  METRICS_PORT: {
    rule: { ...port, default: 0 },
    allowed: PORT_ALLOWED,
    about:
      'Prometheus, among it `shop_invariant_violations{invariant}`, `shop_near_cache_hits_total{action}`, ' +
      '`shop_cut_connections_total{reason}`, `shop_admission_refused_total{class}`, `shop_due_work{queue,state}`, ' +
      '`shop_store_commands_total{kind,collection}` and ' +
      '`moleculer_circuit_breaker_opened_active`; the nodes of `npm run cluster` have this port and those after it',
    defaultNote: 'off',
  },
  V8_TUNING: {
    rule: { ...flag, default: false },
    allowed: FLAG_ALLOWED,
    about:
      'sets V8 up for answering requests (`lib/process/v8.ts`): 9 % less processor time for a product, and no start ' +
      'that takes half as much again; on in the manifests',
  },
  AUDIT_SECONDS: {
    rule: { ...wholeNumber, min: 0, max: 86_400, default: 300 },
    allowed: 'a number of seconds from 0 (never) to 86400',
    about: 'how often a node with metrics audits the shop',
  },
} as const satisfies Record<string, Setting>;
