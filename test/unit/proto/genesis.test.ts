import {describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS, GenesisError, genesisFromJson, genesisToJson, parseGenesis, serialiseGenesis, toHexUpper} from '#proto';
import {rpcResult} from './comet_json.ts';

type Json = Record<string, unknown>;

const recorded = (): Json => structuredClone(rpcResult('genesis').genesis) as Json;

/** The document with one member replaced (undefined takes it out). */
function changed(path: string, value: unknown): Json {
  const document = recorded();
  const names = path.split('.');
  const last = names.pop() as string;
  let target = document;
  for (const name of names) target = target[name] as Json;
  if (value === undefined) Reflect.deleteProperty(target, last);
  else target[last] = value;
  return document;
}

describe('genesis.json', () => {
  it('of a CometBFT node', () => {
    const genesis = genesisFromJson(recorded());
    expect(genesis.chainId).toBe('dockerchain');
    expect(genesis.initialHeight).toBe(1n);
    expect(genesis.genesisTime).toEqual({seconds: 1684332768n, nanos: 347696215});
    expect(genesis.consensusParams).toEqual(DEFAULT_CONSENSUS_PARAMS);
    expect(genesis.validators.map((validator) => [toHexUpper(validator.address), validator.power])).toEqual([
      ['2DD9F44FD9067555C322243C3C913BA7B51D2BE0', 10n],
    ]);
    expect(genesis.appState).toEqual({});
    const {app_state: _appState, ...rest} = genesisToJson(genesis);
    expect(rest).toEqual(recorded());
  });

  it('comes back, and gives the same text each time', () => {
    const genesis = genesisFromJson(changed('app_state', {evm: {gasLimit: '60000000', alloc: {}}}));
    const text = serialiseGenesis(genesis);
    expect(parseGenesis(text)).toEqual(genesis);
    expect(serialiseGenesis(parseGenesis(text))).toBe(text);
  });

  it('fills in what may be left out', () => {
    expect(genesisFromJson(changed('initial_height', undefined)).initialHeight).toBe(1n);
    expect(genesisFromJson(changed('initial_height', '0')).initialHeight).toBe(1n);
    expect(genesisFromJson(changed('consensus_params', undefined)).consensusParams).toEqual(DEFAULT_CONSENSUS_PARAMS);
    expect(genesisFromJson(changed('consensus_params.version', undefined)).consensusParams.version.app).toBe(0n);
    expect(genesisFromJson(changed('consensus_params.abci', null)).consensusParams.abci.voteExtensionsEnableHeight).toBe(0n);
    expect(toHexUpper(genesisFromJson(changed('validators.0.address', '')).validators[0]?.address as Uint8Array)).toBe('2DD9F44FD9067555C322243C3C913BA7B51D2BE0');
    expect(genesisFromJson(changed('validators', undefined)).validators).toEqual([]);
    expect(genesisFromJson(changed('unknown', 1)).chainId).toBe('dockerchain');
  });

  it.each<[string, unknown, string]>([
    ['chain_id', undefined, 'genesis: chain_id: is missing'],
    ['chain_id', '', 'genesis: chain_id: is empty'],
    ['chain_id', 'x'.repeat(51), 'genesis: chain_id: longer than 50 bytes'],
    ['chain_id', 7, 'genesis: chain_id: must be a string'],
    ['genesis_time', undefined, 'genesis: genesis_time: is missing'],
    ['genesis_time', 'yesterday', 'genesis: genesis_time: "yesterday" is not an RFC 3339 time'],
    ['initial_height', '-1', 'genesis: initial_height: is -1'],
    ['initial_height', 1, 'genesis: initial_height: must be a string'],
    ['initial_height', '1.5', 'genesis: initial_height: "1.5" is not a decimal integer'],
    ['initial_height', '9223372036854775808', 'genesis: initial_height: 9223372036854775808 does not fit 64 bits'],
    ['app_hash', 'xyz', 'genesis: app_hash: not a hex string of whole bytes'],
    ['consensus_params', [], 'genesis: consensus_params: must be an object'],
    ['consensus_params.block', undefined, 'genesis: consensus_params.block: is missing'],
    ['consensus_params.block.max_bytes', '0', 'genesis: consensus_params: block.max_bytes is 0'],
    ['consensus_params.validator.pub_key_types', ['sr25519'], 'genesis: consensus_params: validator.pub_key_types names "sr25519"; only ed25519 is supported'],
    ['consensus_params.validator.pub_key_types', 'ed25519', 'genesis: consensus_params.validator.pub_key_types: must be an array of strings'],
    ['validators', {}, 'genesis: validators: must be an array'],
    ['validators.0', 'me', 'genesis: validators[0]: must be an object'],
    ['validators.0.power', '0', 'genesis: validators[0].power: is 0; a validator needs voting power'],
    ['validators.0.power', '9223372036854775807', 'genesis: validators: total power above 1152921504606846975'],
    ['validators.0.pub_key.type', 'tendermint/PubKeySecp256k1', 'genesis: validators[0].pub_key.type: "tendermint/PubKeySecp256k1"; only tendermint/PubKeyEd25519 is supported'],
    ['validators.0.pub_key.value', 'AAAA', 'genesis: validators[0].pub_key.value: 3 bytes, not 32'],
    ['validators.0.pub_key.value', '!', 'genesis: validators[0].pub_key.value: not base64'],
    ['validators.0.address', 'AA', 'genesis: validators[0].address: should be 2DD9F44FD9067555C322243C3C913BA7B51D2BE0, the address of the public key'],
  ])('%s = %j', (path, value, message) => {
    expect(() => genesisFromJson(changed(path, value))).toThrow(new GenesisError('', message.slice('genesis: '.length)));
  });

  it('one key twice, no JSON, no object', () => {
    const document = recorded();
    document['validators'] = [(document['validators'] as unknown[])[0], (document['validators'] as unknown[])[0]];
    expect(() => genesisFromJson(document)).toThrow('genesis: validators: one key stands twice');
    expect(() => parseGenesis('{')).toThrow(/^genesis: not JSON/);
    expect(() => parseGenesis('null')).toThrow('genesis: must be an object');
  });
});
