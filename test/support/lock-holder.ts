// Holds the lock of a folder, and says what becomes of it: `held`, `refused` or `lost`. Gives it back on SIGTERM.
import { lockFolder } from '../../lib/process/lock.ts';

const [folder = ''] = process.argv.slice(2);
try {
  const release = await lockFolder(folder, 'refused', () => {
    console.info('lost');
    process.exit(1);
  });
  console.info('held');
  const stay = setInterval(() => undefined, 1000);
  process.once('SIGTERM', async () => {
    await release();
    clearInterval(stay);
  });
} catch (error) {
  console.info((error as Error).message);
}
