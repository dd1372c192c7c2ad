import { contract } from '../../../lib/contract/contract.ts';
import { publicRead } from '../../../lib/contract/presets.ts';

/** Compressed for clients that accept it; 304 for those that have it. */
const compressed = { headers: { acceptEncoding: 'Accept-Encoding' }, mayAnswer: [304] } as const;
const acceptEncoding = { type: 'string', optional: true } as const;
const page = { ...publicRead, returns: 'any' } as const;

export const docs = contract(
  'docs',
  {
    description: {
      ...page,
      summary: 'Get the OpenAPI 3.1 document of this API',
      rest: 'GET /openapi.json',
      ...compressed,
      params: { acceptEncoding },
      produces: ['application/json'],
    },
    page: {
      ...page,
      summary: 'Show the documentation of this API',
      rest: 'GET /docs',
      params: {},
      produces: ['text/html'],
    },
    asset: {
      ...page,
      summary: 'Get a file of the documentation',
      rest: 'GET /docs/:file',
      ...compressed,
      params: { file: { type: 'string', max: 64 }, acceptEncoding },
      produces: ['text/javascript', 'text/css', 'image/png'],
      problems: ['not-found'],
    },
    problem: {
      ...page,
      summary: 'Explain a type of problem, and what to do about it',
      rest: 'GET /problems/:type',
      headers: { accept: 'Accept' },
      params: { type: { type: 'string', max: 64 }, accept: { type: 'string', optional: true } },
      produces: ['application/json', 'text/html'],
      problems: ['not-found'],
    },
  },
  {},
);
