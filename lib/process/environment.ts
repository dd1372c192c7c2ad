import { clusterSettings } from './settings/cluster.ts';
import { gatewaySettings } from './settings/gateway.ts';
import { outsideSettings } from './settings/outside.ts';
import { processSettings } from './settings/process.ts';
import { type Settings, type SettingValues, settingsReader } from './settings/read-settings.ts';
import { shopSettings } from './settings/shop.ts';

/** The settings of every process by their heading in README; services/settings.ts adds those of features. */
export const PROCESS_SETTING_GROUPS = {
  'The process': processSettings,
  'The cluster': clusterSettings,
  'The gateway': gatewaySettings,
  'The shop': shopSettings,
  'Files and mails': outsideSettings,
} as const;

const ALL_SETTINGS = {
  ...processSettings,
  ...clusterSettings,
  ...gatewaySettings,
  ...shopSettings,
  ...outsideSettings,
} as const;

/** The settings of every process by variable name. */
export const PROCESS_SETTINGS: Settings = ALL_SETTINGS;

export type SettingName = keyof typeof ALL_SETTINGS;
/** The checked environment, with defaults. */
export type Environment = SettingValues<typeof ALL_SETTINGS>;

export const readEnvironment: (source: NodeJS.ProcessEnv) => Environment = settingsReader(ALL_SETTINGS);
