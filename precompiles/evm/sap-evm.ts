import type {Common, StateManagerInterface} from '@ethereumjs/common';
import {EVM, EVMError} from '@ethereumjs/evm';
import type {
  EVMBLSInterface,
  EVMBN254Interface,
  EVMMockBlockchainInterface,
  ExecResult,
  Message,
  PrecompileFunc,
  PrecompileInput,
} from '@ethereumjs/evm';
import {Address} from '@ethereumjs/util';
import {callSap} from '../call.ts';
import type {Hex, Sap, SapCall, SapStorage} from '../types.ts';

export interface SapEvmOptions {
  readonly common: Common;
  readonly stateManager: StateManagerInterface;
  readonly blockchain: EVMMockBlockchainInterface;
  readonly saps: readonly Sap[];
  readonly allowUnlimitedContractSize: boolean;
  readonly bn254: EVMBN254Interface;
  readonly bls: EVMBLSInterface;
  /** Takes the place of the machine's own, by address (40 hex digits), in forks that have one there. */
  readonly replacements: ReadonlyMap<string, PrecompileFunc>;
}

/** A call of a precompile from outside of a message of the EVM. */
export interface DirectCall {
  readonly address: Hex;
  readonly input: Uint8Array;
  readonly gas: bigint;
  readonly caller: Hex;
  readonly value: bigint;
  readonly isStatic: boolean;
  readonly isDelegate: boolean;
}

/**
 * An EVM whose precompiles may know their call. @ethereumjs/evm gives a precompile its input and
 * gas only, so the message is bound to the SAP at the one place where code is chosen by address.
 */
export class SapEvm extends EVM {
  readonly #saps: ReadonlyMap<string, Sap>;
  readonly #options: SapEvmOptions;
  /** Hears of every call of a precompile by a message, before it runs; what it throws ends the run. */
  onPrecompile: ((call: {readonly address: Hex; readonly input: Uint8Array; readonly gas: number}) => void) | undefined;
  #replacedIn: Map<string, PrecompileFunc> | undefined;

  constructor(options: SapEvmOptions) {
    super({
      common: options.common,
      stateManager: options.stateManager,
      blockchain: options.blockchain,
      allowUnlimitedContractSize: options.allowUnlimitedContractSize,
      bn254: options.bn254,
      bls: options.bls,
      // In the table of precompiles, an address is warm from the start of every transaction.
      customPrecompiles: options.saps.map((sap) => ({address: sap.address, function: withoutMessage})),
    });
    this.#options = options;
    this.#saps = new Map(options.saps.map((sap) => [sap.address, sap]));
  }

  /** The machine makes its table anew when the fork changes. */
  override get precompiles(): Map<string, PrecompileFunc> {
    const active = this._precompiles;
    if (this.#replacedIn !== active) {
      for (const [address, run] of this.#options.replacements) if (active.has(address)) active.set(address, run);
      this.#replacedIn = active;
    }
    return active;
  }

  /** An EVM of the same kind over a copy of the state manager; the base class would leave the SAPs behind. */
  override shallowCopy(): SapEvm {
    const common = this.common.copy();
    common.setHardfork(this.common.hardfork());
    return new SapEvm({...this.#options, common, stateManager: this.stateManager.shallowCopy()});
  }

  /** For interpreters that make their own frames and take only the precompiles from here. The checkpoints around it are theirs. */
  callPrecompile({address, input, gas, caller, value, isStatic, isDelegate}: DirectCall): ExecResult | Promise<ExecResult> {
    const sap = this.#saps.get(address);
    if (sap !== undefined) return this.#call(sap, {data: input, gas, caller, value, isStatic, isDelegate});
    return this.runPrecompile(this.precompiles.get(address.slice(2))!, input, gas);
  }

  protected override async _loadCode(message: Message): Promise<void> {
    const sap = message.code === undefined ? this.#saps.get(message.codeAddress.toString()) : undefined;
    if (sap === undefined) {
      await super._loadCode(message);
      if (message.isCompiled) this.#announce(message);
      return;
    }
    this.#announce(message);
    message.isCompiled = true;
    message.code = (input) => this.#runSap(sap, message, input);
  }

  #announce({codeAddress, data, gasLimit}: Message): void {
    this.onPrecompile?.({address: codeAddress.toString() as Hex, input: data, gas: Number(gasLimit)});
  }

  #runSap(sap: Sap, {to, caller, value, delegatecall, isStatic}: Message, {data, gasLimit}: PrecompileInput): Promise<ExecResult> {
    const isDelegate = delegatecall || to === undefined || to.toString() !== sap.address;
    return this.#call(sap, {data, gas: gasLimit, caller: caller.toString() as Hex, value: delegatecall ? 0n : value, isStatic, isDelegate});
  }

  async #call(sap: Sap, call: Omit<SapCall, 'storage' | 'chainId'>): Promise<ExecResult> {
    const {status, output, gasUsed} = await callSap(sap, {...call, chainId: this.common.chainId(), storage: this.#storageOf(sap, !call.isStatic && !call.isDelegate)});
    const result: ExecResult = {returnValue: output, executionGasUsed: gasUsed};
    if (status === 'revert') result.exceptionError = new EVMError(EVMError.errorMessages.REVERT);
    if (status === 'failure') result.exceptionError = new EVMError(EVMError.errorMessages.OUT_OF_GAS);
    return result;
  }

  /** Straight to the state manager, whose checkpoints the EVM's journal opens and reverts around every call. */
  #storageOf(sap: Sap, writable: boolean): SapStorage {
    const address = new Address(bytesOf(sap.address));
    return {
      get: async (slot) => leftPad32(await this.stateManager.getStorage(address, slot)),
      set: async (slot, value) => {
        if (!writable) throw new Error(`${sap.name} wrote storage in a static or delegated call`);
        await this.stateManager.putStorage(address, slot, withoutLeadingZeros(value));
      },
    };
  }
}

function withoutMessage(): never {
  throw new Error('a SAP runs only inside a message');
}

function bytesOf(hex: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
}

function leftPad32(value: Uint8Array): Uint8Array {
  if (value.length === 32) return value;
  const padded = new Uint8Array(32);
  padded.set(value, 32 - value.length);
  return padded;
}

/**
 * The shortest form, in which SSTORE hands values to a state manager. A copy: what a SAP writes may be a part of its calldata,
 * which is the caller's memory and goes on changing, and a state manager keeps what it is given.
 */
function withoutLeadingZeros(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length && value[start] === 0) start++;
  return value.slice(start);
}
