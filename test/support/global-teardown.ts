import { rm } from 'node:fs/promises';
import type { Server } from '../../scripts/servers/start.ts';

declare global {
  var shopTestServers: { servers: Server[]; folders: string[] } | undefined;
}

/** What global-setup started. Kept globally, as Jest may load the two files apart from each other. */
globalThis.shopTestServers ??= { servers: [], folders: [] };
export const started = globalThis.shopTestServers;

/** Ends what global-setup started, and removes its data. */
export default async function globalTeardown(): Promise<void> {
  await Promise.all(started.servers.splice(0).map((server) => server.stop()));
  await Promise.all(started.folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}
