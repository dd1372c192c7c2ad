import { Validator } from '../contract/validator.ts';
import { clusterSettings } from './settings/cluster.ts';
import { gatewaySettings } from './settings/gateway.ts';
import { outsideSettings } from './settings/outside.ts';
import { processSettings } from './settings/process.ts';
import { NotAllowed, type Setting, type SettingValue } from './settings/setting.ts';
import { shopSettings } from './settings/shop.ts';
import { StartError } from './start-error.ts';

/** All settings by their heading in README. */
export const SETTING_GROUPS = {
  'The process': processSettings,
  'The cluster': clusterSettings,
  'The gateway': gatewaySettings,
  'The shop': shopSettings,
  'Payments, files and mails': outsideSettings,
} as const;

const ALL_SETTINGS = {
  ...processSettings,
  ...clusterSettings,
  ...gatewaySettings,
  ...shopSettings,
  ...outsideSettings,
} as const;

/** All settings by variable name. */
export const SETTINGS: Readonly<Record<string, Setting>> = ALL_SETTINGS;

type OptionalName = {
  [N in SettingName]: (typeof ALL_SETTINGS)[N]['rule'] extends { optional: true } ? N : never;
}[SettingName];

export type SettingName = keyof typeof ALL_SETTINGS;
/** The checked environment, with defaults. */
export type Environment = {
  [N in Exclude<SettingName, OptionalName>]: SettingValue<(typeof ALL_SETTINGS)[N]>;
} & { [N in OptionalName]?: SettingValue<(typeof ALL_SETTINGS)[N]> | undefined };

const check = new Validator().compile(
  Object.fromEntries(Object.entries(SETTINGS).map(([name, { rule }]) => [name, { ...rule }])),
);

/**
 * Reads and checks each setting. An empty variable counts as unset: compose files and manifests pass unset ones like that.
 * @throws {StartError} with the variable, the given value and the allowed values
 */
export function readEnvironment(source: NodeJS.ProcessEnv): Environment {
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== ''),
  );
  const faults = check(values);
  if (Array.isArray(faults)) {
    const name = faults[0]?.field ?? '';
    throw settingRefusal(name, `but is ${displayValue(name, source[name])}`);
  }
  return Object.fromEntries(
    Object.entries(SETTINGS).map(([name, setting]) => [name, parseValue(name, setting, values[name])]),
  ) as Environment;
}

/** The message for a wrong value, such as "PORT must be a port number from 0 to 65535, but is "x"". */
export function settingRefusal(name: string, reason: string, separator = ', '): StartError {
  return new StartError(`${name} must be ${SETTINGS[name]?.allowed}${separator}${reason}`);
}

function parseValue(name: string, { parse }: Setting, value: unknown): unknown {
  if (!parse || typeof value !== 'string') return value;
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    throw settingRefusal(name, `but ${error.isPart ? 'has' : 'is'} ${displayValue(name, error.given)}`);
  }
}

const displayValue = (name: string, value: unknown): string =>
  SETTINGS[name]?.isSecret ? 'something else' : JSON.stringify(value);
