import {describe, expect, it} from '@jest/globals';
import {LightClient} from '#consensus/light';
import {consensusParamsHash, DEFAULT_CONSENSUS_PARAMS, headerHash, sha256, utf8, type ConsensusParams, type GenesisDoc, type Header, type LightBlock} from '#proto';
import {LightStateProvider} from '#node/sync';
import {memoryStore} from '#node/storage';
import {addMilliseconds} from '#consensus/core';
import {CHAIN_ID, GENESIS_TIME, LightChain, steady} from '../../support/light-chain.ts';
import {ChainProvider, SILENT_LOGGER, StillClock} from '../../support/light-provider.ts';

const HOUR_NS = 3_600_000_000_000n;
const GENESIS = {chainId: CHAIN_ID, genesisTime: GENESIS_TIME, initialHeight: 1n, consensusParams: DEFAULT_CONSENSUS_PARAMS, validators: [], appHash: new Uint8Array(0)} as unknown as GenesisDoc;
const LARGER: ConsensusParams = {...DEFAULT_CONSENSUS_PARAMS, block: {...DEFAULT_CONSENSUS_PARAMS.block, maxBytes: DEFAULT_CONSENSUS_PARAMS.block.maxBytes - 1n}};

/** A chain of 20 heights whose headers commit to `params`. */
function chainOf(params: ConsensusParams): LightChain {
  const base = new LightChain({heights: 20, powersAt: steady('a', 'b', 'c', 'd')});
  return base.fork({at: 1, change: (header: Header) => ({...header, consensusHash: consensusParamsHash(params)})});
}

interface Setup {
  readonly provider: LightStateProvider;
  readonly chain: LightChain;
  readonly nodes: readonly ChainProvider[];
}

async function setup({params = DEFAULT_CONSENSUS_PARAMS, told = params}: {params?: ConsensusParams; told?: ConsensusParams} = {}): Promise<Setup> {
  const chain = chainOf(params);
  const nodes = ['one', 'two', 'three'].map((name) => new ChainProvider(name, chain));
  const [primary, ...witnesses] = nodes;
  const light = await LightClient.create(
    {chainId: CHAIN_ID, trust: {height: 1n, hash: chain.hash(1), periodNs: HOUR_NS}},
    {primary: primary!, witnesses, db: memoryStore(), clock: new StillClock(addMilliseconds(chain.time(20), 1_000)), logger: SILENT_LOGGER},
  );
  return {provider: new LightStateProvider({light, genesis: GENESIS, sources: nodes, consensusParams: async () => told}), chain, nodes};
}

/** What a liar shows that leaves every hash as it is. */
function otherPriorities(block: LightBlock): LightBlock {
  const validators = block.validatorSet.validators.map((validator, i) => ({...validator, proposerPriority: validator.proposerPriority + BigInt(i)}));
  return {...block, validatorSet: {...block.validatorSet, validators}};
}

describe('LightStateProvider', () => {
  it('gives the state after a height as a node that executed it has it', async () => {
    const {provider, chain} = await setup();
    const next = chain.at(11).signedHeader.header;
    expect(await provider.appHash(10n)).toEqual(next.appHash);
    expect((await provider.commit(10n)).blockId.hash).toEqual(headerHash(chain.at(10).signedHeader.header));
    expect(await provider.state(10n)).toMatchObject({
      chainId: CHAIN_ID,
      lastBlockHeight: 10n,
      lastBlockTime: chain.time(10),
      lastBlockId: next.lastBlockId,
      lastHeightValidatorsChanged: 12n,
      appHash: next.appHash,
      lastResultsHash: next.lastResultsHash,
      consensusParams: DEFAULT_CONSENSUS_PARAMS,
    });
  });

  it('needs two heights more than that of the snapshot', async () => {
    const {provider} = await setup();
    await expect(provider.appHash(19n)).rejects.toThrow(/height/);
    await expect(provider.appHash(18n)).resolves.toBeDefined();
  });

  it('takes consensus parameters that differ from genesis from a node, when the header commits to them', async () => {
    const {provider} = await setup({params: LARGER});
    expect((await provider.state(10n)).consensusParams).toEqual(LARGER);
  });

  it('refuses consensus parameters that the header does not commit to', async () => {
    const {provider} = await setup({params: LARGER, told: {...LARGER, block: {...LARGER.block, maxBytes: 7n}}});
    await expect(provider.state(10n)).rejects.toThrow(/consensus parameters of height 11 have hash/);
  });

  it.each([0, 1, 2])('refuses when node %i says other proposer priorities than the others', async (index) => {
    const {provider, nodes} = await setup();
    nodes[index]!.override = otherPriorities;
    await expect(provider.state(10n)).rejects.toThrow(/proposer priorities of height 11 .*one of the two lies/);
  });

  it('goes on while two nodes agree, and not when one is left', async () => {
    const {provider, nodes} = await setup();
    await provider.appHash(10n);
    await provider.commit(10n);
    nodes[2]!.failure = new Error('down');
    await expect(provider.state(10n)).resolves.toBeDefined();
    nodes[1]!.failure = new Error('down');
    await expect(provider.state(10n)).rejects.toThrow(/are known of 1 of 3 nodes, expected 2/);
  });

  it('does not begin on a chain that the trusted hash is not of', async () => {
    const chain = chainOf(DEFAULT_CONSENSUS_PARAMS);
    const nodes = ['one', 'two'].map((name) => new ChainProvider(name, chain));
    const opening = LightClient.create(
      {chainId: CHAIN_ID, trust: {height: 1n, hash: sha256(utf8('another')), periodNs: HOUR_NS}},
      {primary: nodes[0]!, witnesses: nodes.slice(1), db: memoryStore(), clock: new StillClock(chain.time(20)), logger: SILENT_LOGGER},
    );
    await expect(opening).rejects.toThrow(/hash/);
  });
});
