import { contract } from '../../lib/contract/contract.ts';
import { named } from '../../lib/contract/named.ts';
import { publicRead } from '../../lib/contract/presets.ts';

export const api = contract(
  'api',
  {
    health: {
      summary: 'Check that this process is up',
      ...publicRead,
      rateClass: 'unlimited',
      rest: 'GET /healthz',
      params: {},
      returns: named('Health', { type: 'object', props: { status: { type: 'equal', value: 'ok' } } }),
    },
    readiness: {
      summary: 'Check that this gateway is ready; with `deep`, also that each node kind reaches its database',
      ...publicRead,
      rateClass: 'unlimited',
      rest: 'GET /readyz',
      params: { deep: { type: 'boolean', optional: true } },
      returns: named('Readiness', {
        type: 'object',
        props: {
          status: { type: 'equal', value: 'ready' },
          parts: { type: 'record', key: 'string', value: 'string', optional: true },
        },
      }),
      problems: ['unavailable'],
    },
    jwks: {
      summary: 'Get the public keys of access tokens (RFC 7517); none where a secret signs them',
      ...publicRead,
      rest: 'GET /.well-known/jwks.json',
      params: {},
      returns: named('JsonWebKeySet', {
        type: 'object',
        props: { keys: { type: 'array', items: { type: 'record', key: 'string', value: 'string' } } },
      }),
    },
  },
  {},
);
