/** What the engine tells, as metrics. Called after the fact; must not throw, and costs next to nothing per block. */
import type {CommittedEvent, EngineObserver, LogStore} from '#consensus/engine';
import {BlockIDFlag, equalBytes, type Block, type Timestamp, type ValidatorSet} from '#proto';
import type {NodeMetrics} from '#node/telemetry';

type ConsensusObserver = Required<Omit<EngineObserver, 'halted' | 'consensus'>>;

/** @param own address of the validator whose key this node holds. */
export function consensusMetrics(metrics: NodeMetrics, own: Uint8Array | undefined, nowMs: () => number = () => performance.now()): ConsensusObserver {
  let current: {readonly step: string; readonly sinceMs: number} | undefined;
  const enter = (step: string | undefined): void => {
    const now = nowMs();
    if (current !== undefined) metrics.consensusStepSeconds.observe({step: current.step}, (now - current.sinceMs) / 1000);
    current = step === undefined ? undefined : {step, sinceMs: now};
  };
  let isSyncing = false;
  return {
    step: ({round, step}) => {
      enter(step);
      metrics.consensusRound.set(round);
      if (round > 0 && step === 'propose') metrics.consensusRoundsTotal.inc();
    },
    committed: (event) => {
      if (!isSyncing) enter('newHeight');
      metrics.consensusHeight.set(Number(event.block.header.height));
      metrics.consensusRound.set(0);
      metrics.blockSizeBytes.observe(event.blockBytes);
      recordValidators(metrics, event, own);
      recordLastCommit(metrics, event.block, event.lastValidators, own);
      for (const piece of event.block.evidence) metrics.consensusByzantineValidatorsTotal.inc(piece.type === 'duplicateVote' ? 1 : piece.byzantineValidators.length);
    },
    phase: ({phase}) => {
      isSyncing = phase === 'blockSync';
      if (isSyncing) enter(undefined);
      metrics.consensusSyncing.set(isSyncing ? 1 : 0);
    },
    signerRefused: ({code}) => metrics.consensusSignerRefusalsTotal.inc({code}),
    ownEquivocation: () => metrics.consensusOwnEquivocationsTotal.inc(),
  };
}

function recordValidators(metrics: NodeMetrics, {validators}: CommittedEvent, own: Uint8Array | undefined): void {
  metrics.consensusValidators.set(validators.validators.length);
  metrics.consensusValidatorsPower.set(Number(validators.totalVotingPower));
  metrics.consensusOwnPower.set(Number(own === undefined ? 0n : (validators.validators[indexOf(validators, own)]?.votingPower ?? 0n)));
}

/** The LastCommit in a block is what all agree on; a commit seen here may lack what came late. Source: CometBFT `state.go`, recordMetrics. */
function recordLastCommit(metrics: NodeMetrics, {header, lastCommit}: Block, validators: ValidatorSet | undefined, own: Uint8Array | undefined): void {
  if (validators === undefined) return;
  let missing = 0;
  let missingPower = 0n;
  for (const [i, {votingPower}] of validators.validators.entries()) {
    if (lastCommit.signatures[i]?.blockIdFlag !== BlockIDFlag.Absent) continue;
    missing += 1;
    missingPower += votingPower;
  }
  metrics.consensusMissingValidators.set(missing);
  metrics.consensusMissingValidatorsPower.set(Number(missingPower));
  const index = own === undefined ? -1 : indexOf(validators, own);
  const signature = lastCommit.signatures[index];
  if (signature === undefined) return;
  if (signature.blockIdFlag === BlockIDFlag.Absent) {
    metrics.consensusMissedBlocksTotal.inc();
    return;
  }
  metrics.consensusLastSignedHeight.set(Number(lastCommit.height));
  metrics.consensusOwnVoteOffsetSeconds.set(secondsBetween(header.time, signature.timestamp));
}

function indexOf({validators}: ValidatorSet, own: Uint8Array): number {
  return validators.findIndex(({address}) => equalBytes(address, own));
}

function secondsBetween(from: Timestamp, to: Timestamp): number {
  return Number(to.seconds - from.seconds) + (to.nanos - from.nanos) / 1e9;
}

/** The log, with the time that each sync of something new takes. */
export function timedLog(log: LogStore, metrics: NodeMetrics): LogStore {
  let hasNews = false;
  return {
    append: (record) => {
      hasNews = true;
      log.append(record);
    },
    sync: () => {
      if (!hasNews) return log.sync();
      hasNews = false;
      const startedMs = performance.now();
      log.sync();
      metrics.consensusWalSyncSeconds.observe((performance.now() - startedMs) / 1000);
    },
    readAll: () => log.readAll(),
    rotate: (kept) => log.rotate(kept),
    close: () => log.close(),
  };
}
