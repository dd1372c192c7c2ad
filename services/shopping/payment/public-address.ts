import type { Config } from '../../../lib/process/config.ts';

/** The address of a page of the shop, as customers reach it. */
export const publicAddress = ({ publicUrl, port }: Pick<Config, 'publicUrl' | 'port'>, path: `/${string}`): string =>
  `${publicUrl ?? `http://127.0.0.1:${port}`}${path}`;
