import { contract } from '../../../lib/contract/contract.ts';

/** Sent compressed to clients that take it so; 304 to those that have it. */
const compressed = { headers: { acceptEncoding: 'Accept-Encoding' }, mayAnswer: [304] } as const;
const acceptEncoding = { type: 'string', optional: true } as const;
const page = { visibility: 'published', auth: 'public', idempotent: true, returns: 'any' } as const;

export const docs = contract(
  'docs',
  {
    description: {
      ...page,
      summary: 'This interface as OpenAPI 3.1',
      rest: 'GET /openapi.json',
      ...compressed,
      params: { acceptEncoding },
      produces: ['application/json'],
    },
    page: {
      ...page,
      summary: 'This interface to read and to try',
      rest: 'GET /docs',
      params: {},
      produces: ['text/html'],
    },
    asset: {
      ...page,
      summary: 'A part of the page',
      rest: 'GET /docs/:file',
      ...compressed,
      params: { file: { type: 'string', max: 64 }, acceptEncoding },
      produces: ['text/javascript', 'text/css', 'image/png'],
      problems: ['not-found'],
    },
    problem: {
      ...page,
      summary: 'What a type of problem means, and what to do',
      rest: 'GET /problems/:type',
      headers: { accept: 'Accept' },
      params: { type: { type: 'string', max: 64 }, accept: { type: 'string', optional: true } },
      produces: ['application/json', 'text/html'],
      problems: ['not-found'],
    },
  },
  {},
);
