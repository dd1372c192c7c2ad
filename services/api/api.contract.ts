import { contract } from '../../lib/contract/contract.ts';

export const api = contract(
  'api',
  {
    health: {
      summary: 'This process is up',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rateClass: 'unlimited',
      rest: 'GET /healthz',
      params: {},
      returns: { type: 'object', props: { status: { type: 'equal', value: 'ok' } } },
    },
    readiness: {
      summary: 'This gateway takes requests; with `deep`, each node kind is there too and reaches its database',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rateClass: 'unlimited',
      rest: 'GET /readyz',
      params: { deep: { type: 'boolean', optional: true } },
      returns: {
        type: 'object',
        props: {
          status: { type: 'equal', value: 'ready' },
          parts: { type: 'record', key: 'string', value: 'string', optional: true },
        },
      },
      problems: ['unavailable'],
    },
    jwks: {
      summary: 'The public keys of access tokens, for others that check them (RFC 7517); none where a secret signs',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'GET /.well-known/jwks.json',
      params: {},
      returns: {
        type: 'object',
        props: { keys: { type: 'array', items: { type: 'record', key: 'string', value: 'string' } } },
      },
    },
  },
  {},
);
