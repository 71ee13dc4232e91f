/** The engine's events become figures that an operator can set an alarm on. */
import {describe, expect, it} from '@jest/globals';
import {SignerError, type CommittedEvent, type LogStore} from '#consensus/engine';
import {addressOf} from '#proto';
import {createMetrics, type NodeMetrics} from '#node/telemetry';
import {consensusMetrics, timedLog} from '../../../node/app/consensus-metrics.ts';
import {exampleBlock, exampleBlockId, exampleCommit, exampleDuplicateVote, exampleHeader, exampleLightClientAttack, exampleValidator} from '../proto/examples.ts';

const validators = [exampleValidator('a', 30n), exampleValidator('b', 20n), exampleValidator('c', 5n)];
const set = {validators, proposer: validators[0]!, totalVotingPower: 55n};
const own = (index: number): Uint8Array => addressOf(validators[index]!.publicKey.bytes);

/** The last commit of the example: the first signed the block, the second nil, the third nothing. */
function committed(overrides: Partial<CommittedEvent> = {}): CommittedEvent {
  const lastCommit = exampleCommit();
  const time = lastCommit.signatures[0]!.timestamp;
  const block = {...exampleBlock(), header: exampleHeader({time: {seconds: time.seconds + 2n, nanos: time.nanos}}), lastCommit, evidence: []};
  return {block, blockId: exampleBlockId(), blockBytes: 700, seenCommit: lastCommit, txResults: [], appHash: new Uint8Array(32), validators: set, lastValidators: set, ...overrides};
}

async function valueOf(metrics: NodeMetrics, name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const lines = (await metrics.registry.metrics()).split('\n');
  const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`).join(',');
  const line = lines.find((entry) => entry.startsWith(text === '' ? `${name} ` : `${name}{${text}} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('metrics of consensus', () => {
  it('tell who is missing in the last commit, and by how much power', async () => {
    const metrics = createMetrics();
    consensusMetrics(metrics, own(0)).committed(committed());
    expect(await valueOf(metrics, 'qanat_consensus_height')).toBe(3);
    expect(await valueOf(metrics, 'qanat_consensus_validators')).toBe(3);
    expect(await valueOf(metrics, 'qanat_consensus_validators_power')).toBe(55);
    expect(await valueOf(metrics, 'qanat_consensus_missing_validators')).toBe(1);
    expect(await valueOf(metrics, 'qanat_consensus_missing_validators_power')).toBe(5);
    expect(await valueOf(metrics, 'qanat_block_size_bytes_sum')).toBe(700);
  });

  it('count the blocks that the own validator missed, and tell how far its clock is off', async () => {
    const present = createMetrics();
    consensusMetrics(present, own(0)).committed(committed());
    expect(await valueOf(present, 'qanat_consensus_own_power')).toBe(30);
    expect(await valueOf(present, 'qanat_consensus_last_signed_height')).toBe(2);
    expect(await valueOf(present, 'qanat_consensus_missed_blocks_total')).toBe(0);
    expect(await valueOf(present, 'qanat_consensus_own_vote_offset_seconds')).toBe(-2);
    const absent = createMetrics();
    consensusMetrics(absent, own(2)).committed(committed());
    expect(await valueOf(absent, 'qanat_consensus_missed_blocks_total')).toBe(1);
    expect(await valueOf(absent, 'qanat_consensus_last_signed_height')).toBe(0);
  });

  it('of a full node and of the first height are zero', async () => {
    const metrics = createMetrics();
    const {committed: tell} = consensusMetrics(metrics, undefined);
    tell(committed());
    tell(committed({lastValidators: undefined}));
    expect(await valueOf(metrics, 'qanat_consensus_own_power')).toBe(0);
    expect(await valueOf(metrics, 'qanat_consensus_missed_blocks_total')).toBe(0);
  });

  it('count whom evidence proves guilty, what the signer refused and what another node signed', async () => {
    const metrics = createMetrics();
    const observer = consensusMetrics(metrics, own(0));
    const {block} = committed();
    observer.committed(committed({block: {...block, evidence: [exampleDuplicateVote(), exampleLightClientAttack()]}}));
    observer.signerRefused(new SignerError('CONFLICT', 'another message was signed'));
    observer.ownEquivocation({height: 3n, round: 0});
    expect(await valueOf(metrics, 'qanat_consensus_byzantine_validators_total')).toBe(2);
    expect(await valueOf(metrics, 'qanat_consensus_signer_refusals_total', {code: 'CONFLICT'})).toBe(1);
    expect(await valueOf(metrics, 'qanat_consensus_own_equivocations_total')).toBe(1);
  });

  it('measure each step, and none during block sync', async () => {
    const metrics = createMetrics();
    let nowMs = 1000;
    const observer = consensusMetrics(metrics, undefined, () => nowMs);
    for (const step of ['propose', 'prevote', 'precommit', 'commit']) {
      observer.step({height: 3n, round: 1, step});
      nowMs += 500;
    }
    observer.committed(committed());
    nowMs += 250;
    observer.phase({phase: 'blockSync', height: 3n});
    observer.committed(committed());
    nowMs += 60_000;
    observer.committed(committed());
    observer.phase({phase: 'consensus', height: 4n});
    observer.step({height: 5n, round: 0, step: 'propose'});
    for (const step of ['propose', 'prevote', 'precommit', 'commit']) expect(await valueOf(metrics, 'qanat_consensus_step_seconds_sum', {step})).toBe(0.5);
    expect(await valueOf(metrics, 'qanat_consensus_step_seconds_sum', {step: 'newHeight'})).toBe(0.25);
    expect(await valueOf(metrics, 'qanat_consensus_rounds_total')).toBe(1);
    expect(await valueOf(metrics, 'qanat_consensus_syncing')).toBe(0);
  });

  it('time the syncs of the log that write something', async () => {
    const metrics = createMetrics();
    const calls: string[] = [];
    const log: LogStore = {append: () => void calls.push('append'), sync: () => void calls.push('sync'), readAll: () => ({records: [], tornBytes: 0, segmentBytes: 0}), rotate: () => undefined, close: () => undefined};
    const timed = timedLog(log, metrics);
    timed.sync();
    timed.append(new Uint8Array(1));
    timed.sync();
    timed.sync();
    expect(calls).toEqual(['sync', 'append', 'sync', 'sync']);
    expect(await valueOf(metrics, 'qanat_consensus_wal_sync_seconds_count')).toBe(1);
  });
});
