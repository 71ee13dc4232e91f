import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ConfigError, environmentName, formatConfig, loadConfig, OPTIONS, validatorPorts, type OptionName} from '#node/config';
import {VERSION} from '../../../node/app/version.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-config-'));
  file = join(folder, 'config.toml');
});
afterEach(() => rmSync(folder, {recursive: true}));

const load = (text: string, more: {environment?: Record<string, string>; flags?: Record<string, string>} = {}) => {
  writeFileSync(file, text);
  return loadConfig({file, ...more});
};

describe('loadConfig', () => {
  it('gives the defaults when there is no file', () => {
    const config = loadConfig({file: join(folder, 'none.toml')});
    for (const [name, option] of Object.entries(OPTIONS)) expect(config[name as OptionName]).toEqual(option.default);
  });

  it('lets the environment win over the file and flags over both', () => {
    const text = '[eth]\nport = 1\n[comet]\nport = 1\n[metrics]\nport = 1\n';
    const config = load(text, {environment: {QANAT_COMET_PORT: '2', QANAT_METRICS_PORT: '2'}, flags: {'metrics.port': '3'}});
    expect([config['eth.port'], config['comet.port'], config['metrics.port']]).toEqual([1, 2, 3]);
  });

  it('reads lists and booleans as text', () => {
    const config = load('', {environment: {QANAT_P2P_PERSISTENT_PEERS: 'a, b', QANAT_STATE_ARCHIVE: 'true'}, flags: {'eth.cors_origins': ''}});
    expect(config['p2p.persistent_peers']).toEqual(['a', 'b']);
    expect(config['state.archive']).toBe(true);
    expect(config['eth.cors_origins']).toEqual([]);
  });

  it.each([
    ['[eth]\nprot = 1', /no setting "eth\.prot"/],
    ['[eth]\nport = "8545"', /eth\.port is "8545", expected a whole number from 0 to 65535/],
    ['[eth]\nport = 70000', /expected a whole number from 0 to 65535/],
    ['[state]\narchive = "yes"', /state\.archive is "yes", expected true or false/],
    ['[log]\nlevel = "loud"', /expected one of debug, info, warn, error/],
    ['[p2p]\npersistent_peers = [1]', /expected a list of texts/],
    ['[eth\nport = 1', /config\.toml:1:\d+ is not TOML/],
  ])('refuses %j and says what was expected', (text, message) => {
    expect(() => load(text)).toThrow(ConfigError);
    expect(() => load(text)).toThrow(message);
  });

  it('refuses flags and variables that do not parse', () => {
    expect(() => load('', {flags: {'eth.port': '1e3'}})).toThrow(/the command line: eth\.port is "1e3"/);
    expect(() => load('', {environment: {QANAT_STATE_ARCHIVE: '1'}})).toThrow(/the environment: state\.archive is "1"/);
    expect(() => load('', {flags: {nonsense: '1'}})).toThrow(/no setting "nonsense"/);
  });
});

describe('formatConfig', () => {
  it('writes a file that loads to the same settings, with every option in it', () => {
    const values = {'moniker': 'a "quoted" name', 'eth.port': 4, 'p2p.persistent_peers': ['/ip4/127.0.0.1/tcp/1/p2p/x']} as const;
    const text = formatConfig(values);
    expect(load(text)).toEqual({...loadConfig({}), ...values});
    for (const [name, option] of Object.entries(OPTIONS)) {
      expect(text).toContain(option.help);
      expect(text).toContain(`${name.slice(name.indexOf('.') + 1)} = `);
    }
  });

  it('gives each option its own environment variable', () => {
    const names = Object.keys(OPTIONS).map((name) => environmentName(name as OptionName));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('validatorPorts', () => {
  it('follows the customary ports or a base port', () => {
    expect(validatorPorts(0)).toEqual({eth: 8545, comet: 26657, p2p: 26656, metrics: 26660});
    expect(validatorPorts(3)).toEqual({eth: 8575, comet: 26687, p2p: 26686, metrics: 26690});
    expect(validatorPorts(2, 9000)).toEqual({eth: 9020, comet: 9021, p2p: 9022, metrics: 9023});
  });
});

it('VERSION is that of the package', () => {
  const {version} = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {version: string};
  expect(VERSION).toBe(version);
});
