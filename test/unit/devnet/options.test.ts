import {describe, expect, it} from '@jest/globals';
import {parseDevnetOptions, VALIDATORS_MAX} from '../../../devnet/options.ts';

describe('parseDevnetOptions', () => {
  it('has four validators, a temporary home and the customary ports by default', () => {
    expect(parseDevnetOptions([])).toEqual({validators: 4, home: undefined, basePort: undefined, blockIntervalMs: undefined, logLevel: undefined, dev: false, help: false});
  });

  it('takes every option', () => {
    const args = ['--validators', '1', '--home', 'h', '--base-port', '9000', '--block-interval', '250', '--log-level', 'debug'];
    expect(parseDevnetOptions(args)).toEqual({validators: 1, home: 'h', basePort: 9000, blockIntervalMs: 250, logLevel: 'debug', dev: false, help: false});
  });

  it('of a development chain has one validator', () => {
    expect(parseDevnetOptions(['--dev'])).toMatchObject({dev: true, validators: 1});
    expect(parseDevnetOptions(['--dev', '--validators', '1'])).toMatchObject({dev: true, validators: 1});
  });

  it.each([
    [['--validators', '0'], `--validators is "0", expected a whole number from 1 to ${VALIDATORS_MAX}`],
    [['--validators', 'four'], '--validators is "four"'],
    [['--base-port', '65530'], '--base-port is "65530", expected a whole number from 1 to 65501'],
    [['--block-interval', '-1'], '--block-interval'],
    [['--dev', '--validators', '4'], '--dev runs one process without consensus; it cannot be 4 validators'],
    [['--bogus'], '--bogus'],
    [['positional'], 'positional'],
  ])('refuses %j', (args, message) => {
    expect(() => parseDevnetOptions(args)).toThrow(message);
  });
});
