import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { NODE_KINDS } from '../../../lib/process/node-kinds.ts';
import { StartError } from '../../../lib/process/start-error.ts';
import { contracts } from '../../../services/contracts.ts';
import { faultOf } from '../../../services/extensions/contract-fault.ts';
import { eventNames, loadExtensions } from '../../../services/extensions/extensions.ts';
import { servicesOf } from '../../../services/nodes.ts';
import { ROOT } from '../../support/documents.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'shop-extensions-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = Record<string, string>;

/** A folder of services with these files. */
function folderOf(files: Files): string {
  const folder = mkdtempSync(join(root, 'folder-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Loads it as the start of a process with all node kinds does. @returns the names of its services */
async function start(servicesDir: string): Promise<string[]> {
  const config = loadConfig({ DATA_DIR: root, SERVICES_DIR: servicesDir });
  const extensions = await loadExtensions(config);
  const kinds = NODE_KINDS.filter((kind) => kind !== 'watcher');
  const all = await Promise.all(kinds.map((kind) => servicesOf(kind, config, extensions)));
  const plain = await Promise.all(kinds.map((kind) => servicesOf(kind, config)));
  const ours = plain.flat().map(({ name }) => name);
  return all.flatMap((schemas) => schemas.map(({ name }) => name)).filter((name) => !ours.includes(name));
}

const READ = { summary: 'Read', visibility: 'published', auth: 'public', idempotent: true, params: {}, returns: 'any' };

/** The source of a contract. */
const contractText = (name: string, actions: object = {}) =>
  `export const it = ${JSON.stringify({ name, actions, events: {} })};`;
const serviceText = (name: string) => `export default () => (${JSON.stringify({ name, actions: {} })});`;
const storeText = (name: string, node: string, ...collections: string[]) => `
  import { store } from '${ROOT}/mixins/store/store.ts';
  export default (config) => ({
    name: '${name}',
    mixins: ${JSON.stringify(collections)}.map((collection) => store(config, { node: '${node}', collection })),
  });`;

/** An extension, at a path such as `product/look`. */
const extension = (path: string, name: string, actions: object = {}): Files => ({
  [`${path}.contract.ts`]: contractText(name, actions),
  [`${path}.service.ts`]: serviceText(name),
});
const withRoute = (rest: string, more: object = {}) => ({ read: { ...READ, rest, ...more } });

describe('a folder of services', () => {
  test('is loaded by node kind, with what lies deeper; other files are left alone', async () => {
    const folder = folderOf({
      ...extension('product/look', 'look'),
      ...extension('shopping/gifts/wrapping', 'wrapping'),
      ...extension('node_modules/other/product/other', 'product'),
      ...extension('product/.old/look', 'product'),
      'product/look.ts': 'throw new Error()',
      'README.md': '# Ours',
    });
    expect(await start(folder)).toEqual(['look', 'wrapping']);
  });

  test('may be left out', async () => {
    const config = loadConfig({ DATA_DIR: root });
    expect(config).not.toHaveProperty('servicesDir');
    const { contracts } = await loadExtensions(config);
    expect(contracts.map(({ name }) => name)).not.toContain('look');
  });

  test('is that of the example', async () => {
    expect(await start(join(ROOT, 'examples/lookbook'))).toEqual(['look']);
  });
});

test('what is required of the contracts of extensions holds for those of the shop', () => {
  expect(contracts.flatMap((contract) => faultOf(contract, eventNames(contracts)) ?? [])).toEqual([]);
});

describe('refused in one line', () => {
  const bad: [what: string, files: Files, line: string][] = [
    ['an empty folder', { 'README.md': '' }, 'has no *.contract.ts and no *.service.ts'],
    [
      'a service without a contract',
      { 'product/look.service.ts': serviceText('look') },
      'product/look.service.ts has no look.contract.ts beside it',
    ],
    [
      'a contract without a service',
      { 'product/look.contract.ts': contractText('look') },
      'product/look.contract.ts has no look.service.ts beside it',
    ],
    ['a node kind that there is not', extension('looks/look', 'look'), 'none of the folders customer, product'],
    ['no node kind', extension('look', 'look'), 'none of the folders customer, product'],
    ['the name of a service of ours', extension('product/look', 'cart'), 'the shop has one of that name'],
    ['the name of a service of ours that has no contract', extension('api/look', 'watcher'), 'the shop has one'],
    [
      'one name twice',
      { ...extension('product/a', 'look'), ...extension('shopping/b', 'look') },
      'shopping/b.contract.ts has the contract look, and so has another file',
    ],
    [
      'a route of ours',
      extension('product/look', 'look', withRoute('GET /v1/categories')),
      'has the route GET /v1/categories, and the shop has GET /v1/categories',
    ],
    [
      'a route that would hide answers of ours',
      extension('product/look', 'look', withRoute('GET /v1/products/looks')),
      'has the route GET /v1/products/looks, and the shop has GET /v1/products/:idOrSlug',
    ],
    [
      'one route twice',
      {
        ...extension('product/a', 'a', withRoute('GET /v1/looks/:id', { params: { id: 'string' } })),
        ...extension('product/b', 'b', withRoute('GET /v1/looks/:name', { params: { name: 'string' } })),
      },
      'product/b.contract.ts has the route GET /v1/looks/:name, and a.read has it already',
    ],
    [
      'an action of which nobody knows who may call it',
      extension('product/look', 'look', withRoute('GET /v1/looks', { auth: 'publik' })),
      'has the action look.read, which is declared wrongly',
    ],
    [
      'a field that no action has',
      extension('product/look', 'look', withRoute('GET /v1/looks', { problem: ['not-found'] })),
      'has the action look.read, which is declared wrongly',
    ],
    [
      'a problem that there is not',
      extension('product/look', 'look', withRoute('GET /v1/looks', { problems: ['not-fond'] })),
      'has the action look.read, which is declared wrongly',
    ],
    [
      'an action of staff for which no scope is needed',
      extension('product/look', 'look', withRoute('GET /v1/looks', { auth: 'staff' })),
      'must have a scope if it is for staff',
    ],
    [
      'an internal action with a route',
      extension('product/look', 'look', withRoute('GET /v1/looks', { auth: 'internal' })),
      'is internal and must have no route',
    ],
    [
      'a published action without a route',
      extension('product/look', 'look', { read: READ }),
      'must be published if it has a route',
    ],
    [
      'a path with a parameter that has no rule',
      extension('product/look', 'look', withRoute('GET /v1/looks/:id')),
      'has no rule for a parameter of its path',
    ],
    [
      "a customer's own data that gateways would give to others",
      extension(
        'product/look',
        'look',
        withRoute('GET /v1/looks', { auth: 'customer', nearCache: { ttl: 1, dropOn: {} } }),
      ),
      'must be a public GET without headers to be kept by gateways',
    ],
    [
      'answers that no event could drop',
      extension(
        'product/look',
        'look',
        withRoute('GET /v1/looks', { nearCache: { ttl: 1, dropOn: { 'product.changed': 'id' } } }),
      ),
      'must answer with the id by which events drop its answers',
    ],
    [
      'an event that there is not',
      extension(
        'product/look',
        'look',
        withRoute('GET /v1/looks', { nearCache: { ttl: 1, dropOn: { 'product.chagned': '*' } } }),
      ),
      'is dropped on product.chagned, and there is no such event',
    ],
    [
      'a rule that there is not',
      extension('product/look', 'look', withRoute('GET /v1/looks', { params: { id: 'sting' } })),
      'has the action look.read, which has rules that do not compile',
    ],
    [
      'a name for another schema than that of ours',
      {
        'product/look.service.ts': serviceText('look'),
        'product/look.contract.ts': `
          import { named } from '${ROOT}/lib/contract/named.ts';
          const returns = named('Product', { type: 'object', props: {} });
          export const look = { name: 'look', events: {}, actions: { read: { ...${JSON.stringify({ ...READ, rest: 'GET /v1/looks' })}, returns } } };`,
      },
      'product/look.contract.ts cannot be described: two different rules have the name Product',
    ],
    [
      'a contract that does not load',
      { ...extension('product/look', 'look'), 'product/look.contract.ts': 'export const = {' },
      'product/look.contract.ts does not load: SyntaxError',
    ],
    [
      'a service that does not load',
      { ...extension('product/look', 'look'), 'product/look.service.ts': "import './gone.ts';" },
      'product/look.service.ts does not load: ',
    ],
    [
      'a file without a contract in it',
      { ...extension('product/look', 'look'), 'product/look.contract.ts': 'export const look = {};' },
      'product/look.contract.ts must export one contract, and has none',
    ],
    [
      'a service that nothing makes',
      { ...extension('product/look', 'look'), 'product/look.service.ts': "export const name = 'look';" },
      'product/look.service.ts must export as default a function',
    ],
    [
      'a service of another contract',
      { ...extension('product/look', 'look'), 'product/look.service.ts': serviceText('lok') },
      'product/look.service.ts must make the service of its contract look',
    ],
    [
      'a service that cannot be made',
      {
        ...extension('product/look', 'look', withRoute('GET /v1/looks')),
        'product/look.service.ts': `
          import { service } from '${ROOT}/lib/contract/service.ts';
          import { it } from './look.contract.ts';
          export default (config) => service(it, config, { handlers: {} });`,
      },
      'product/look.service.ts does not make its service: Error: look.read has no handler',
    ],
    [
      'an event that nobody sends',
      {
        ...extension('product/look', 'look'),
        'product/look.service.ts':
          "export default () => ({ name: 'look', events: { '$node.connected'() {}, 'product.chagned'() {} } });",
      },
      'product/look.service.ts listens to product.chagned, and there is no such event',
    ],
    [
      'a collection of ours',
      { ...extension('product/look', 'look'), 'product/look.service.ts': storeText('look', 'product', 'categories') },
      'has the collection categories, which belongs to category',
    ],
    [
      'a collection of a service of ours that has several',
      { ...extension('product/look', 'look'), 'product/look.service.ts': storeText('look', 'product', 'refused-rows') },
      'has the collection refused-rows, which belongs to import',
    ],
    [
      'one collection twice',
      {
        ...extension('product/a', 'a'),
        ...extension('product/b', 'b'),
        'product/a.service.ts': storeText('a', 'product', 'looks'),
        'product/b.service.ts': storeText('b', 'product', 'looks'),
      },
      'product/b.service.ts has the collection looks, which belongs to a',
    ],
    [
      'a queue of ours',
      {
        ...extension('shopping/look', 'look'),
        'shopping/look.service.ts': `
          import { dueWork } from '${ROOT}/mixins/due-work/due-work.ts';
          export default () => ({ name: 'look', mixins: [dueWork({ queue: { name: 'holds' } })] });`,
      },
      'shopping/look.service.ts has the queue holds, which belongs to hold',
    ],
    [
      'a store of another node kind',
      { ...extension('shopping/look', 'look'), 'shopping/look.service.ts': storeText('look', 'product', 'looks') },
      "has a store with node 'product', but nodes of the kind shopping run it",
    ],
  ];

  test.each(bad)('%s', async (_what, files, line) => {
    const refusal = await start(folderOf(files)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    expect((refusal as Error).message).toContain(line);
    expect((refusal as Error).message).toMatch(/^SERVICES_DIR: .+$/);
  });

  test('a wrong value of a setting of its own', async () => {
    const folder = folderOf({
      ...extension('product/look', 'look'),
      'product/look.service.ts': `
        import { readSettings } from '${ROOT}/lib/process/settings/read-settings.ts';
        const settings = { LOOK_HOURS: { rule: { type: 'number', convert: true }, allowed: 'a number', about: '' } };
        export default (config) => void readSettings(settings, config);`,
    });
    const config = loadConfig({ DATA_DIR: root, SERVICES_DIR: folder, LOOK_HOURS: 'many' });
    const extensions = await loadExtensions(config);
    const refused = servicesOf('product', config, extensions);
    await expect(refused).rejects.toThrow(new StartError('LOOK_HOURS must be a number, but is "many"'));
  });

  test('a folder that is not there', async () => {
    await expect(start(join(root, 'gone'))).rejects.toThrow(`SERVICES_DIR: there is no folder ${join(root, 'gone')}`);
  });
});
