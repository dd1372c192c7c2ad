import { Validator } from '../../contract/validator.ts';
import { weaknessOf } from '../secrets.ts';
import { StartError } from '../start-error.ts';
import { NotAllowed, type Setting, type SettingValue } from './setting.ts';

/** Settings by variable name. */
export type Settings = Readonly<Record<string, Setting>>;

type OptionalName<S extends Settings> = {
  [N in keyof S]: S[N]['rule'] extends { optional: true } ? N : never;
}[keyof S];

/** The checked values of settings, with defaults. */
export type SettingValues<S extends Settings> = {
  [N in Exclude<keyof S, OptionalName<S>>]: SettingValue<S[N]>;
} & { [N in OptionalName<S>]?: SettingValue<S[N]> | undefined };

/** The part of a configuration from which a feature reads settings of its own. */
export interface SettingsSource {
  production: boolean;
  variables: Readonly<NodeJS.ProcessEnv>;
}

/**
 * A reader of settings, which checks each. An empty variable counts as unset: compose files and manifests pass unset ones
 * like that.
 * @throws {StartError} with the variable, the given value and the allowed values
 */
export function settingsReader<S extends Settings>(settings: S): (source: NodeJS.ProcessEnv) => SettingValues<S> {
  const all = Object.entries<Setting>(settings);
  const check = new Validator().compile(Object.fromEntries(all.map(([name, { rule }]) => [name, { ...rule }])));
  return (source) => {
    const values: Record<string, unknown> = givenVariables(source);
    const faults = check(values);
    if (Array.isArray(faults)) {
      const name = faults[0]?.field ?? '';
      throw settingRefusal(settings, name, `but is ${displayValue(settings[name], source[name])}`);
    }
    // The rules have just checked each value.
    return Object.fromEntries(
      all.map(([name]) => [name, parseValue(settings, name, values[name])]),
    ) as SettingValues<S>;
  };
}

/**
 * The settings of a feature, read as those of the process are.
 * @throws {StartError} as `settingsReader`, and in production for secrets that can be guessed
 */
export function readSettings<S extends Settings>(
  settings: S,
  { production, variables }: SettingsSource,
): SettingValues<S> {
  const values = settingsReader(settings)(variables);
  if (production) refuseWeakSecrets(settings, values);
  return values;
}

/** @throws {StartError} for a secret that can be guessed: an attacker could sign with it */
export function refuseWeakSecrets(settings: Settings, values: object): void {
  for (const [name, { mustBeRandom }] of Object.entries(settings)) {
    const secret: unknown = Reflect.get(values, name);
    const weakness = mustBeRandom && typeof secret === 'string' ? weaknessOf(secret) : undefined;
    if (weakness) throw settingRefusal(settings, name, `this one ${weakness}`, '; ');
  }
}

/** Removes empty variables. */
export const givenVariables = (source: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));

/** The message for a wrong value, such as "PORT must be a port number from 0 to 65535, but is "x"". */
export function settingRefusal(settings: Settings, name: string, reason: string, separator = ', '): StartError {
  return new StartError(`${name} must be ${settings[name]?.allowed}${separator}${reason}`);
}

function parseValue(settings: Settings, name: string, value: unknown): unknown {
  const parse = settings[name]?.parse;
  if (!parse || typeof value !== 'string') return value;
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    const given = displayValue(settings[name], error.given);
    throw settingRefusal(settings, name, `but ${error.isPart ? 'has' : 'is'} ${given}`);
  }
}

const displayValue = (setting: Setting | undefined, value: unknown): string =>
  setting?.isSecret ? 'something else' : JSON.stringify(value);
