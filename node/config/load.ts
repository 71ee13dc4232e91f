import {readFileSync} from 'node:fs';
import {parse, TomlError} from 'smol-toml';
import {ConfigError} from './errors.ts';
import {environmentName, isOptionName, OPTIONS, type NodeConfig, type Option, type OptionName} from './options.ts';

type Settings = Partial<Record<OptionName, unknown>>;

export interface ConfigSources {
  /** Path of config.toml; a file that does not exist counts as empty. */
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values given on the command line, as text. */
  readonly flags?: Readonly<Record<string, string>>;
}

/**
 * Defaults, then `config.toml`, then the environment, then flags: the later wins.
 * @throws ConfigError naming the source, the setting, what was found and what was expected.
 */
export function loadConfig(sources: ConfigSources): NodeConfig {
  const config: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(OPTIONS)) config[name] = option.default;
  if (sources.file !== undefined) assign(config, readFile(sources.file), sources.file, 'typed');
  assign(config, fromEnvironment(sources.environment ?? {}), 'the environment', 'text');
  assign(config, fromFlags(sources.flags ?? {}), 'the command line', 'text');
  return config as NodeConfig;
}

function assign(target: Record<string, unknown>, settings: Settings, source: string, form: 'typed' | 'text'): void {
  for (const [name, value] of Object.entries(settings)) {
    target[name] = checkValue(name as OptionName, form === 'text' ? fromText(OPTIONS[name as OptionName], value as string) : value, source);
  }
}

function readFile(path: string): Settings {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError(`cannot read ${path}: ${(error as Error).message}`);
  }
  let document: Record<string, unknown>;
  try {
    document = parse(source);
  } catch (error) {
    if (error instanceof TomlError) throw new ConfigError(`${path}:${error.line}:${error.column} is not TOML: ${error.message.split('\n')[0]}`);
    throw error;
  }
  const settings: Settings = {};
  for (const [key, value] of Object.entries(document)) {
    if (isTable(value)) {
      for (const [inner, innerValue] of Object.entries(value)) settings[knownName(`${key}.${inner}`, path)] = innerValue;
    } else {
      settings[knownName(key, path)] = value;
    }
  }
  return settings;
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const settings: Settings = {};
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const value = environment[environmentName(name)];
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

function fromFlags(flags: Readonly<Record<string, string>>): Settings {
  const settings: Settings = {};
  for (const [name, value] of Object.entries(flags)) settings[knownName(name, 'the command line')] = value;
  return settings;
}

function knownName(name: string, source: string): OptionName {
  if (isOptionName(name)) return name;
  throw new ConfigError(`${source}: there is no setting "${name}"; known settings: ${Object.keys(OPTIONS).join(', ')}`);
}

/** Text that does not parse is returned as it is, for `checkValue` to refuse. */
function fromText(option: Option, value: string): unknown {
  switch (option.kind) {
    case 'integer':
      return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'list':
      return value === '' ? [] : value.split(',').map((item) => item.trim());
    case 'string':
      return value;
  }
}

function checkValue(name: OptionName, value: unknown, source: string): unknown {
  const option: Option = OPTIONS[name];
  const refuse = (expected: string): never => {
    throw new ConfigError(`${source}: ${name} is ${JSON.stringify(value)}, expected ${expected}`);
  };
  switch (option.kind) {
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < option.min || value > option.max) {
        return refuse(`a whole number from ${option.min} to ${option.max}`);
      }
      return value;
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse('true or false');
    case 'string':
      if (typeof value !== 'string') return refuse('text');
      if (option.choices !== undefined && !option.choices.includes(value)) return refuse(`one of ${option.choices.join(', ')}`);
      return value;
    case 'list':
      if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return refuse('a list of texts');
      if (option.choices !== undefined && !value.every((item) => option.choices!.includes(item))) return refuse(`a list of ${option.choices.join(', ')}`);
      return value;
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
