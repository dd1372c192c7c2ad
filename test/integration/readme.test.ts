import { expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { runSession, sessionSteps } from '../support/readme-session.ts';
import { startShop } from '../support/shop.ts';

eachEngine('README', (engine) => {
  test('its session runs as written', async () => {
    const steps = await sessionSteps();
    expect(steps.length).toBeGreaterThan(15);
    const shop = await startShop(engine.config({ SEED: 'true' }));
    try {
      expect(await runSession(steps, shop.url)).toEqual(steps);
    } finally {
      await shop.stop();
    }
  });
});
