import { upload } from './pictures.ts';
import { type Answer, eventually, type Shopper } from './shop.ts';

const TYPES = { csv: 'text/csv', jsonl: 'application/x-ndjson' } as const;

/** A test's own limit is reached first, unless it has a longer one: how busy the machine is, is no matter. */
const PATIENCE_MS = 110_000;

/** Uploads a file of products, and waits until it is worked off. */
export async function importFile(
  staff: Shopper,
  format: keyof typeof TYPES,
  content: string | Buffer,
  { removeMissing = false, ms }: { removeMissing?: boolean; ms?: number } = {},
) {
  const route = `POST /v1/admin/imports${removeMissing ? '?removeMissing=true' : ''}`;
  const { status, headers, body } = await upload(staff, route, content, TYPES[format]);
  if (status !== 202) throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`);
  return importEnd(staff, String(headers.get('location')), ms);
}

/** The import at an address when it has ended. */
export async function importEnd(staff: Shopper, location: string, ms = PATIENCE_MS): Promise<Answer['body']> {
  const { body } = await eventually(
    () => staff.ask(`GET ${location}`),
    (answer) => ['done', 'failed'].includes(answer.body.status),
    ms,
  );
  return body;
}

/** A product as a line of a file; each number has another slug and SKU. */
export const productLine = (n: number, more: object = {}): string =>
  `${JSON.stringify({
    slug: `bulk-${n}`,
    title: `Bulk product ${n}`,
    description: `What number **${n}** is good for.`,
    brand: 'Fernhollow',
    category: 'lighting',
    attributes: { material: n % 2 === 0 ? 'Brass' : 'Steel' },
    status: 'active',
    variants: [
      {
        sku: `BULK-${n}`,
        title: 'One',
        options: { colour: 'black' },
        prices: { EUR: { amount: 1000 + n } },
        weight: 100,
      },
    ],
    ...more,
  })}\n`;

export const productLines = (from: number, to: number, more: object = {}): string =>
  Array.from({ length: to - from }, (_, i) => productLine(from + i, more)).join('');
