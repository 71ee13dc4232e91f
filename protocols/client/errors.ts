/** What a contract refused, as an error with a name, values and a sentence. */
import {BaseError, RawContractError, decodeErrorResult} from 'viem';
import type {Abi, Hex} from 'viem';
import {
  apiMeteringAbi,
  assetRegistryAbi,
  attributionAbi,
  bondsAbi,
  breachDisputesAbi,
  callbackOracleAbi,
  foundationAbi,
  governorAbi,
  groth16Abi,
  identityAbi,
  inferenceAbi,
  inferenceOracleAbi,
  licensingAbi,
  marketplaceAbi,
  nodeUpgradesAbi,
  oracleOperatorsAbi,
  ownershipReceiptsAbi,
  partnershipsAbi,
  poseidonAbi,
  shareTokenAbi,
  sharesAbi,
  systemProxyAbi,
  timelockAbi,
  trainingAbi,
  trainingJobsAbi,
  treasuryAbi,
  vaultAccessAbi,
  votingPowerAbi,
} from '#protocols/abi';
import {sentenceOf} from './sentences.ts';

/** Every error of the native and system contracts: one contract's error can surface in a call of another. */
const ERRORS: Abi = [
  assetRegistryAbi,
  ownershipReceiptsAbi,
  sharesAbi,
  shareTokenAbi,
  licensingAbi,
  apiMeteringAbi,
  partnershipsAbi,
  breachDisputesAbi,
  attributionAbi,
  marketplaceAbi,
  vaultAccessAbi,
  inferenceOracleAbi,
  groth16Abi,
  poseidonAbi,
  systemProxyAbi,
  bondsAbi,
  callbackOracleAbi,
  foundationAbi,
  governorAbi,
  identityAbi,
  inferenceAbi,
  nodeUpgradesAbi,
  oracleOperatorsAbi,
  timelockAbi,
  trainingAbi,
  trainingJobsAbi,
  treasuryAbi,
  votingPowerAbi,
].flatMap((abi: Abi) => abi.filter((item) => item.type === 'error'));

export class ContractRefusedError extends BaseError {
  /** The Solidity error's name, such as `InvalidProof`. */
  readonly errorName: string;
  readonly args: readonly unknown[];

  constructor(errorName: string, args: readonly unknown[], functionName: string, cause: Error) {
    super(sentenceOf(errorName, args), {cause, metaMessages: [`Function: ${functionName}`, `Error: ${errorName}(${args.map(String).join(', ')})`]});
    this.name = 'ContractRefusedError';
    this.errorName = errorName;
    this.args = args;
  }
}

/** A transaction was included and reverted, although it had been estimated to succeed: the state changed meanwhile. */
export class TransactionRevertedError extends BaseError {
  readonly hash: Hex;

  constructor(hash: Hex, functionName: string) {
    super(`The transaction ${hash} was included and reverted.`, {metaMessages: [`Function: ${functionName}`]});
    this.name = 'TransactionRevertedError';
    this.hash = hash;
  }
}

/** Turns an error of viem that carries revert data into a ContractRefusedError; gives any other back as it is. */
export function toContractError(error: unknown, functionName: string): unknown {
  if (!(error instanceof BaseError)) return error;
  const data = revertData(error);
  if (data === undefined) return error;
  try {
    const {errorName, args} = decodeErrorResult({abi: ERRORS, data});
    return new ContractRefusedError(errorName, (args ?? []) as readonly unknown[], functionName, error);
  } catch {
    return error;
  }
}

function revertData(error: BaseError): Hex | undefined {
  const raw = error.walk((cause) => {
    const data = dataOf(cause);
    return data !== undefined && data.length > 2;
  });
  return raw === null ? undefined : dataOf(raw);
}

/** Where the layers of viem and of JSON-RPC keep revert data. */
function dataOf(error: unknown): Hex | undefined {
  if (error instanceof RawContractError && typeof error.data === 'object') return error.data.data;
  if (typeof error !== 'object' || error === null) return undefined;
  const {data, raw} = error as {data?: unknown; raw?: unknown};
  for (const candidate of [raw, data]) {
    if (typeof candidate === 'string' && /^0x([0-9a-fA-F]{2})+$/.test(candidate)) return candidate as Hex;
  }
  return undefined;
}
