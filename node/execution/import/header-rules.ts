/** What a header must hold against its parent, as far as execution can tell: seals of proof of work and votes are not its business. */
import {nextBaseFee} from '../block/base-fee.ts';
import {nextExcessBlobGas} from '../block/excess-blob-gas.ts';
import {EMPTY_UNCLES_HASH, ZERO_NONCE} from '../block/header.ts';
import {GAS_PER_BLOB} from '../limits.ts';
import type {ForkRules} from '../rules.ts';
import type {EthHeader} from '../types.ts';
import {difficultyAfter} from './difficulty.ts';
import {ImportError} from './errors.ts';

const GAS_LIMIT_BOUND_DIVISOR = 1_024n;
const GAS_LIMIT_MIN = 5_000n;
/** EIP-1559: the first block of London has twice the gas limit, so that its target is what the limit was. */
const ELASTICITY = 2n;

/** Throws ImportError `header`. */
export function validateHeader(header: EthHeader, parent: EthHeader, rules: ForkRules): void {
  if (header.parentHash !== parent.hash) refuse(header, `its parent is ${header.parentHash}, not ${parent.hash}`);
  if (header.number !== parent.number + 1n) refuse(header, `it does not follow block ${parent.number}`);
  if (header.timestamp <= parent.timestamp) refuse(header, `timestamp ${header.timestamp} is not after its parent's, ${parent.timestamp}`);
  checkGas(header, parent, rules);
  checkFields(header, rules);
  if (rules.isMerge) checkMerged(header);
  else if (header.difficulty !== difficultyAfter(parent, header.timestamp, rules)) {
    refuse(header, `difficulty ${header.difficulty}, ${difficultyAfter(parent, header.timestamp, rules)} expected`);
  }
  checkBlobs(header, parent, rules);
}

function checkGas(header: EthHeader, parent: EthHeader, rules: ForkRules): void {
  if (header.gasUsed > header.gasLimit) refuse(header, `gas used ${header.gasUsed} is above the limit ${header.gasLimit}`);
  const before = rules.isLondon && parent.baseFeePerGas === undefined ? parent.gasLimit * ELASTICITY : parent.gasLimit;
  const change = header.gasLimit > before ? header.gasLimit - before : before - header.gasLimit;
  if (change >= before / GAS_LIMIT_BOUND_DIVISOR || header.gasLimit < GAS_LIMIT_MIN) refuse(header, `gas limit ${header.gasLimit} is too far from ${before}`);
  if (!rules.isLondon) return;
  const expected = nextBaseFee(parent, 0n);
  if (header.baseFeePerGas !== expected) refuse(header, `base fee ${header.baseFeePerGas}, ${expected} expected`);
}

/** Each fork has its fields, no more and no fewer. */
function checkFields(header: EthHeader, rules: ForkRules): void {
  const fields: readonly (readonly [keyof EthHeader, boolean])[] = [
    ['baseFeePerGas', rules.isLondon],
    ['withdrawalsRoot', rules.isShanghai],
    ['blobGasUsed', rules.isCancun],
    ['excessBlobGas', rules.isCancun],
    ['parentBeaconBlockRoot', rules.isCancun],
    ['requestsHash', rules.isPrague],
  ];
  for (const [name, isDue] of fields) {
    if ((header[name] !== undefined) !== isDue) refuse(header, `${name} is ${isDue ? 'missing' : 'there'} under the rules of ${rules.hardfork}`);
  }
}

/** EIP-3675. */
function checkMerged(header: EthHeader): void {
  if (header.difficulty !== 0n) refuse(header, `difficulty ${header.difficulty} after the merge`);
  if (header.nonce !== ZERO_NONCE) refuse(header, `nonce ${header.nonce} after the merge`);
  if (header.sha3Uncles !== EMPTY_UNCLES_HASH) refuse(header, 'uncles after the merge');
}

/** EIP-4844, 7691, 7918. */
function checkBlobs(header: EthHeader, parent: EthHeader, {isOsaka, blobs}: ForkRules): void {
  const {blobGasUsed, excessBlobGas} = header;
  if (blobs === undefined || blobGasUsed === undefined) return;
  if (blobGasUsed > blobs.max * GAS_PER_BLOB || blobGasUsed % GAS_PER_BLOB !== 0n) refuse(header, `blob gas ${blobGasUsed} is not that of up to ${blobs.max} blobs`);
  const expected = nextExcessBlobGas(parent, {blobs, hasReservePrice: isOsaka});
  if (excessBlobGas !== expected) refuse(header, `excess blob gas ${excessBlobGas}, ${expected} expected`);
}

function refuse(header: EthHeader, reason: string): never {
  throw new ImportError('header', `block ${header.number} (${header.hash}): ${reason}`);
}
