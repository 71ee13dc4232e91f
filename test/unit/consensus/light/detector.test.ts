/** Attacks: two chains that both verify, evidence for either side, and witnesses that lie, lag or say nothing. */
import {describe, expect, it} from '@jest/globals';
import {LightClientError, ProviderError, type LightClient} from '#consensus/light';
import {sha256, utf8, validateEvidenceBasic, type LightClientAttackEvidence} from '#proto';
import {keyOf, LightChain, setOf, steady, type Powers} from '../../../support/light-chain.ts';
import {codeOf, world, type World} from './support.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const chain = new LightChain({heights: 20, powersAt: steady(...NAMES)});

function namesOf(evidence: LightClientAttackEvidence): string[] {
  return evidence.byzantineValidators.map(({address}) => NAMES.find((name) => keyOf(name).address.join() === address.join()) ?? '?').sort();
}

/** Evidence that the witness and the primary were sent. */
function reported({primary, witnesses}: Pick<World, 'primary' | 'witnesses'>): {byWitness: LightClientAttackEvidence; byPrimary: LightClientAttackEvidence | undefined} {
  const [byWitness] = witnesses.flatMap((witness) => witness.reported) as LightClientAttackEvidence[];
  return {byWitness: byWitness!, byPrimary: primary.reported[0] as LightClientAttackEvidence | undefined};
}

async function attacked(client: LightClient, height: bigint): Promise<LightClientError> {
  const error = await client.verifyLightBlockAtHeight(height).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LightClientError);
  expect((error as LightClientError).code).toBe('ATTACK');
  return error as LightClientError;
}

describe('an attack by the primary', () => {
  it('lunatic: a header that no execution gives, signed by its validators', async () => {
    const forged = chain.fork({at: 11, sign: () => ({signers: ['a', 'b', 'c']})});
    const {client, primary, witnesses} = await world(chain, {primary: forged});
    const error = await attacked(client, 15n);
    const {byWitness, byPrimary} = reported({primary, witnesses});
    // By the word of the witness: who of the common set signed; the last common height is the trusted one.
    expect(byWitness.conflictingBlock).toEqual(forged.at(15));
    expect(byWitness.commonHeight).toBe(1n);
    expect(byWitness.timestamp).toEqual(chain.time(1));
    expect(byWitness.totalVotingPower).toBe(40n);
    expect(namesOf(byWitness)).toEqual(['a', 'b', 'c']);
    expect(validateEvidenceBasic(byWitness)).toBeUndefined();
    // By the word of the primary, the witness lies.
    expect(byPrimary?.conflictingBlock).toEqual(chain.at(15));
    expect(error.data.evidence).toEqual([byWitness, byPrimary]);
    expect(error.message).toMatch(/primary and witness0 proved different headers at height 15/);
  });

  it('lunatic: validators of its own, who stand in for one third of the power', async () => {
    const mine: Powers = {a: 10n, b: 10n, x: 1n};
    const forged = chain.fork({at: 11, powersAt: (height) => (height > 11 ? mine : steady(...NAMES)(height)), change: () => ({appHash: sha256(utf8('mine'))})});
    const {client, primary, witnesses} = await world(chain, {primary: forged});
    await attacked(client, 15n);
    const {byWitness} = reported({primary, witnesses});
    expect(namesOf(byWitness)).toEqual(['a', 'b']);
    expect(byWitness.conflictingBlock.validatorSet.validators).toEqual(setOf(mine).validators);
  });

  it('equivocation: two valid blocks of one round', async () => {
    const forged = chain.fork({at: 15, change: () => ({dataHash: sha256(utf8('other transactions'))}), sign: () => ({signers: ['b', 'c', 'd']})});
    const {client, primary, witnesses} = await world(chain, {primary: forged});
    await attacked(client, 15n);
    const {byWitness} = reported({primary, witnesses});
    expect(byWitness.commonHeight).toBe(15n);
    expect(byWitness.timestamp).toEqual(chain.time(15));
    expect(namesOf(byWitness)).toEqual(['b', 'c', 'd']);
    expect(validateEvidenceBasic(byWitness)).toBeUndefined();
  });

  it('amnesia: two valid blocks of different rounds, and nobody can be named', async () => {
    const forged = chain.fork({at: 15, change: () => ({dataHash: sha256(utf8('other transactions'))}), sign: () => ({round: 1})});
    const {client, primary, witnesses} = await world(chain, {primary: forged});
    await attacked(client, 15n);
    expect(reported({primary, witnesses}).byWitness.byzantineValidators).toEqual([]);
    expect(reported({primary, witnesses}).byWitness.commonHeight).toBe(15n);
  });

  it('forward lunatic: a height that the chain has not reached, with a time that it has', async () => {
    const short = new LightChain({heights: 12, powersAt: steady(...NAMES)});
    const slow = new LightChain({heights: 12, powersAt: steady(...NAMES)});
    const forged = short.fork({at: 11, heights: 30, change: ({height}) => ({time: {seconds: slow.time(10).seconds, nanos: Number(height)}})});
    const {client, primary, witnesses} = await world(short, {primary: forged});
    await attacked(client, 30n);
    const {byWitness} = reported({primary, witnesses});
    expect(byWitness.conflictingBlock).toEqual(forged.at(30));
    expect(byWitness.commonHeight).toBe(1n);
    expect(namesOf(byWitness)).toEqual(NAMES);
  });

  it('ends the client for good, and nothing of it is stored', async () => {
    const {client, primary} = await world(chain, {primary: chain.fork({at: 11})});
    await attacked(client, 15n);
    primary.chain = chain;
    expect(await codeOf(client.verifyLightBlockAtHeight(12n))).toBe('ATTACK');
    expect(await codeOf(client.update())).toBe('ATTACK');
    expect(client.attack?.code).toBe('ATTACK');
    expect(client.trustedLightBlock(15n)).toBeUndefined();
  });

  it('is found in a sequence too, with the first header that differs as evidence', async () => {
    const forged = chain.fork({at: 11});
    const {client, primary, witnesses} = await world(chain, {primary: forged, mode: 'sequential'});
    await attacked(client, 15n);
    expect(reported({primary, witnesses}).byWitness.conflictingBlock).toEqual(forged.at(11));
    expect(reported({primary, witnesses}).byWitness.commonHeight).toBe(10n);
  });

  it('is known also when the primary falls silent and the evidence cannot be sent', async () => {
    const {client, primary, witnesses} = await world(chain, {primary: chain.fork({at: 11})});
    witnesses[0]!.reportEvidence = async () => {
      throw new ProviderError('NO_RESPONSE', 'down');
    };
    primary.base = 2n;
    const error = await attacked(client, 15n);
    expect(error.data.evidence).toHaveLength(1);
    expect(primary.reported).toEqual([]);
  });
});

describe('a witness', () => {
  it('that shows a header it cannot prove is removed, and the client goes on', async () => {
    const {client, witnesses} = await world(chain);
    witnesses[0]!.chain = new LightChain({heights: 20, powersAt: steady('x', 'y')});
    expect(await client.update()).toEqual(chain.at(20));
    expect(client.witnesses).toEqual(['witness1']);
    expect(witnesses[0]!.reported).toEqual([]);
  });

  it('that answers with rubbish is removed', async () => {
    const {client, witnesses} = await world(chain);
    witnesses[1]!.failure = new ProviderError('UNRELIABLE', 'not JSON');
    await client.update();
    expect(client.witnesses).toEqual(['witness0']);
  });

  it('that throws anything else is removed, and throws no further', async () => {
    const {client, witnesses} = await world(chain);
    witnesses[1]!.failure = new TypeError('undefined is not a function');
    await client.update();
    expect(client.witnesses).toEqual(['witness0']);
  });

  it('that does not answer stays, as long as another one does', async () => {
    const {client, witnesses} = await world(chain);
    witnesses[0]!.failure = new ProviderError('NO_RESPONSE', 'timeout');
    await client.update();
    expect(client.witnesses).toEqual(['witness0', 'witness1']);
    witnesses[1]!.failure = new ProviderError('NO_RESPONSE', 'timeout');
    expect(await codeOf(client.verifyLightBlockAtHeight(15n))).toBe('NOT_CROSS_CHECKED');
    expect(client.trustedLightBlock(15n)).toBeUndefined();
  });

  it('the last one gone, the client verifies nothing', async () => {
    const {client, witnesses} = await world(chain);
    for (const witness of witnesses) witness.failure = new ProviderError('BAD_LIGHT_BLOCK', 'rubbish');
    expect(await codeOf(client.update())).toBe('NO_WITNESSES');
    expect(await codeOf(client.update())).toBe('NO_WITNESSES');
  });

  it('that lags is waited for', async () => {
    const lagging = new LightChain({heights: 18, powersAt: steady(...NAMES)});
    const {client, witnesses, clock} = await world(chain, {witnesses: [lagging]});
    clock.onTimer = () => {
      const [witness] = witnesses;
      if (witness!.chain.height < 20) witness!.chain = witness!.chain.grow(1);
    };
    expect(await client.update()).toEqual(chain.at(20));
    expect(clock.timers).toBe(2);
  });

  it('that never catches up is waited for twice the drift and the lag, no longer', async () => {
    const lagging = new LightChain({heights: 18, powersAt: steady(...NAMES)});
    const {client, clock} = await world(chain, {witnesses: [lagging]});
    expect(await codeOf(client.update())).toBe('NOT_CROSS_CHECKED');
    // (2 * 1,000 + 1,000) ms in steps of 500.
    expect(clock.timers).toBe(6);
  });
});
