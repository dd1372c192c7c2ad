import { randomBytes } from 'node:crypto';
import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { signAccessToken } from '../../lib/auth/tokens.ts';
import { blobStore } from '../../lib/files/blob-store.ts';
import type { Config } from '../../lib/process/config.ts';
import { startNode } from '../../scripts/node.ts';
import { TREE_ID } from '../../services/product/category/category-tree.ts';
import { pictureFile } from '../../services/product/media/picture.ts';
import { createProduct, type ProductInput } from '../../services/product/product/edit.ts';
import type { Product } from '../../services/product/product/product.ts';
import { newId } from '../../services/shared/ids.ts';
import { newCart } from '../../services/shopping/cart/cart.ts';
import { storeOf } from './books.ts';
import type { TestEngine } from './engines.ts';
import { Shopper, type TestShop } from './shop.ts';

/** The longest text of so many characters, as bytes. */
export const long = (characters: number): string => '€'.repeat(characters);

const KINDS = ['customer', 'product', 'shopping', 'api'] as const;

/** A shop of four nodes over NATS in this process, which has as much of everything as its contracts allow. */
export interface LargestShop {
  /** The gateway's: whatever it calls is on another node. */
  gateway: TestShop;
  nodes: Record<(typeof KINDS)[number], TestShop>;
  staff: Shopper;
  /** Has a full cart, address book and wishlist. */
  shopper: Shopper;
  /** With 200 variants, of which the first 100 are in stock and in the cart. */
  product: Product;
  /** A hundred products, each of which takes as much of a list as it can. */
  ids: string[];
  picture: { path: string; content: Buffer };
  stop(): Promise<void>;
}

export async function startLargestShop({ config }: TestEngine, natsUrl: string): Promise<LargestShop> {
  const prefix = `test-${randomBytes(6).toString('hex')}-`;
  const tokenSecret = randomBytes(24).toString('hex');
  const shared = { NATS_URL: natsUrl, DATABASE_PREFIX: prefix, TOKEN_SECRET: tokenSecret };
  const configs = KINDS.map((kind) => config({ ...shared, SERVICES: kind, NODE_ID: `${prefix}${kind}` }));
  const started = await Promise.all(
    configs.map(async (one) => {
      // Answers are held against their contracts elsewhere; of the largest that takes longer than all the rest.
      const { port, broker, stop } = await startNode({ ...one, checkResults: false }, () => undefined);
      return { url: `http://127.0.0.1:${port}`, broker, stop } as unknown as TestShop;
    }),
  );
  const nodes = Object.fromEntries(KINDS.map((kind, n) => [kind, started[n]])) as LargestShop['nodes'];
  const url = nodes.api.url;
  const [customerConfig, productConfig] = configs as [(typeof configs)[0], (typeof configs)[0]];

  await fillCategories(nodes.product);
  const [product, ...others] = [
    largestOf('full', 200),
    ...Array.from({ length: 99 }, (_, n) => largestOf(`card-${n}`, 3)),
  ];
  if (!product) throw new Error('no product');
  await storeOf(nodes.product, 'product').insertNew([product, ...others]);
  const skus = product.variants.slice(0, 100).map(({ sku }) => sku);
  await nodes.product.broker.call('inventory.open', {
    items: skus.map((sku) => ({ sku, productId: product._id, pieces: 1000 })),
  });
  const shopper = await shopperWithAll(
    nodes,
    customerConfig,
    skus,
    [product, ...others].map(({ _id }) => _id),
  );
  const staff = Object.assign(new Shopper(url), {
    token: signAccessToken({ id: newId('cus'), sessionId: 'ses_staff', role: 'admin' }, createKeyRing(customerConfig)),
  });
  const picture = { path: `/media/${'p'.repeat(43)}/2560.webp`, content: randomBytes(3_000_000) };
  await blobStore(productConfig.blobs).put(pictureFile('p'.repeat(43), 2560), picture.content);
  return {
    ...{ gateway: { ...nodes.api, url }, nodes, staff, product, picture },
    shopper,
    ids: [product, ...others].map(({ _id }) => _id),
    async stop() {
      for (const node of started.reverse()) await node.stop();
    },
  };
}

/** 2000 categories, all but one of them in that one. */
async function fillCategories(shop: TestShop): Promise<void> {
  const numbered = Array.from({ length: 1999 }, (_, n) => [`category-${n}`, n] as const);
  const fields = { title: long(80), description: long(1000) };
  const categories = Object.fromEntries([
    ['all', { ...fields, parent: null, position: 0 }],
    ...numbered.map(([slug, position]) => [slug, { ...fields, parent: 'all', position }] as const),
  ]);
  await storeOf(shop, 'category').change(TREE_ID, () => ({ answer: undefined, patch: { categories } }));
}

/** A product with as many and as long fields as there may be, and so many variants. */
function largestOf(slug: string, count: number): Product {
  const now = new Date();
  const input: ProductInput = {
    ...{ slug, title: long(200), brand: long(80), category: 'category-0', status: 'active' },
    description: long(count > 100 ? 20_000 : 1000),
    attributes: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`attribute ${n}`, long(200)])),
    variants: Array.from({ length: count }, (_, n) => ({
      ...{ sku: `${slug}-${String(n).padStart(3, '0')}`, title: long(120), weight: 1 },
      options: { colour: `${long(100)}${n % 20}`, size: `${long(100)}${Math.floor(n / 20)}` },
      prices: { EUR: { amount: 1000 + n, compareAt: 2000 + n } },
    })),
  };
  const images = Array.from({ length: 20 }, (_, n) => ({
    ...{ id: String(n).padStart(43, 'i'), alt: long(300), width: 4000, height: 3000 },
    widths: [320, 640, 1280, 2560],
  }));
  return { ...createProduct(newId('prd', now), input, ['EUR'], now), images, rev: 0 };
}

/** A customer whose cart, address book and wishlist are full. */
async function shopperWithAll(
  nodes: LargestShop['nodes'],
  config: Config,
  skus: readonly string[],
  productIds: readonly string[],
): Promise<Shopper> {
  const [id, now] = [newId('cus'), new Date()];
  const place = { name: long(100), line1: long(100), city: long(100), postcode: '10115', country: 'DE' };
  const addresses = Array.from({ length: 50 }, (_, n) => ({
    ...{ id: newId('adr'), isDefault: n === 0, ...place, line2: long(100), region: long(100) },
  }));
  const wishlist = productIds.map((productId) => ({ productId, addedAt: now }));
  await storeOf(nodes.customer, 'customer').insert({
    ...{ _id: id, email: `${id}@example.com`.toLowerCase(), name: long(100), passwordHash: '' },
    ...{ addresses, wishlist, sessions: [], createdAt: now },
  });
  const items = Object.fromEntries(skus.map((sku) => [sku, { quantity: 1 }]));
  await storeOf(nodes.shopping, 'cart').insert({ ...newCart(id, now), items });
  const shopper = new Shopper(nodes.api.url);
  const token = signAccessToken({ id, sessionId: 'ses_largest', role: 'customer' }, createKeyRing(config));
  return Object.assign(shopper, { id, token, addressId: addresses[0]?.id ?? '' });
}
