import { open } from 'node:fs/promises';

/** A new or renamed file survives a power failure only after its folder was synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
