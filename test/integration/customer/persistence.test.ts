import { afterAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { eventually, request, Shopper, startShop } from '../../support/shop.ts';

afterAll(cleanUp);

test('a shop that is stopped and started again on its files goes on where it was', async () => {
  const [nedb] = engines;
  const first = nedb?.config({ SEED: 'true' });
  if (!first) throw new Error('there is no embedded engine');
  const before = await startShop(first);
  const ada = await Shopper.at(before.url);
  await ada.ask('PATCH /v1/me', { name: 'Ada Lovelace' });
  const { sku } = (await request(before.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0];
  expect((await ada.put(sku, 3)).status).toBe(200);
  const reads = ['/v1/me', '/v1/me/addresses', '/v1/cart', '/v1/products?limit=100', '/v1/categories'];
  const read = () => Promise.all(reads.map(async (path) => (await ada.ask(`GET ${path}`)).body));
  const told = await read();
  await before.stop();

  // As another process would: from the environment alone, with the secret that lies beside the data.
  const { dataDir, databasePrefix } = first;
  const again = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    DATABASE_PREFIX: databasePrefix,
    PORT: '0',
    SEED: 'false',
    LOG_LEVEL: 'error',
  });
  const after = await startShop(again);
  try {
    Object.assign(ada, { url: after.url });
    await eventually(
      () => request(after.url, 'GET /readyz?deep=true'),
      ({ status }) => status === 200,
    );
    expect(await read()).toEqual(told);

    const login = await request(after.url, 'POST /v1/auth/login', {
      body: { email: ada.email, password: ada.password },
    });
    expect(login.status).toBe(200);
    const refreshed = await request(after.url, 'POST /v1/auth/refresh', { body: { refreshToken: ada.refreshToken } });
    expect(refreshed.status).toBe(200);
    const taken = await request(after.url, 'POST /v1/auth/register', {
      body: { email: ada.email, password: ada.password, name: 'Eve' },
    });
    expect(taken.status).toBe(409);
  } finally {
    await after.stop();
  }
});
