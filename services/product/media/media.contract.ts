import { contract } from '../../../lib/contract/contract.ts';
import { publicRead } from '../../../lib/contract/presets.ts';

export const media = contract(
  'media',
  {
    file: {
      summary: 'Get a picture in one of its widths; a URL always has the same bytes',
      ...publicRead,
      timeout: 3000,
      rest: 'GET /media/:id/:file',
      headers: { known: 'If-None-Match' },
      params: {
        id: { type: 'string', max: 64 },
        file: { type: 'string', max: 64 },
        known: { type: 'string', max: 1000, optional: true },
      },
      returns: 'any',
      produces: ['image/webp'],
      mayAnswer: [304],
      problems: ['not-found'],
    },
  },
  {},
);
