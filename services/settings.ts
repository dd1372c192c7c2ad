import type { Config } from '../lib/process/config.ts';
import { PROCESS_SETTING_GROUPS, PROCESS_SETTINGS } from '../lib/process/environment.ts';
import { readSettings, type Settings } from '../lib/process/settings/read-settings.ts';
import { enabledProviders, PAYMENT_SETTINGS } from './shopping/payment/providers/registry.ts';

/** All settings by their heading in README: those of every process, and those that features read themselves. */
export const SETTING_GROUPS: Readonly<Record<string, Settings>> = {
  ...PROCESS_SETTING_GROUPS,
  Payments: PAYMENT_SETTINGS,
};

/** All settings by variable name. */
export const SETTINGS: Settings = { ...PROCESS_SETTINGS, ...PAYMENT_SETTINGS };

/**
 * Checks the settings that services read themselves, so that a wrong one is told at once, before the process waits for its
 * servers. Every process refuses wrong values; those that take payments also need what the enabled providers need.
 * @throws {StartError}
 */
export function checkServiceSettings(config: Config): void {
  readSettings(PAYMENT_SETTINGS, config);
  if (!config.services.includes('shopping')) return;
  for (const provider of enabledProviders(config)) provider.configure(config);
}
