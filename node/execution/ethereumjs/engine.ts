import {createCustomCommon, Mainnet} from '@ethereumjs/common';
import type {Common} from '@ethereumjs/common';
import type {EVM} from '@ethereumjs/evm';
import {createEvm, customCrypto} from '#precompiles/evm';
import type {SapEvm} from '#precompiles/evm';
import type {BlockEnvironment, ExecutionEngine, Frame, FrameResult} from '../engine.ts';
import {bytesToHex, EMPTY, hexToBytes} from '../hex.ts';
import {CodeCache} from '../interpreter/code.ts';
import {Interpreter} from '../interpreter/interpreter.ts';
import {interpreterRules} from '../interpreter/rules.ts';
import type {ExecutionObserver} from '../observer.ts';
import type {Hardfork} from '../rules.ts';
import {StateOverlay} from '../state/overlay.ts';
import type {Address, Log} from '../types.ts';
import {WorkExceededError} from '../work.ts';
import type {WorkMeter} from '../work.ts';
import {gethError} from './errors.ts';
import {installFastOpcodes} from './fast-opcodes.ts';
import {installInterpreterLoop} from './interpreter-loop.ts';
import {WarmJournal} from './journal.ts';
import {installLegacyCode} from './legacy-code.ts';
import {installJumpAnalysis} from './jump-analysis.ts';
import {Observation} from './observation.ts';
import {JUMPDEST, opcodesOf, replaceHandler} from './opcodes.ts';
import {installPacer, Pacer} from './pacer.ts';
import {precompilePort} from './precompile-port.ts';
import {addressOf, OverlayStateManager, toEvmAddress} from './state-manager.ts';

export interface EthereumjsOptions {
  readonly chainId: bigint;
  readonly hardfork: Hardfork;
  /** Whether the SAPs answer. */
  readonly precompiles: boolean;
  /** Everything runs in @ethereumjs/evm, as tests compare with. */
  readonly isReference?: boolean;
  /** Lets other work of the process have a turn. */
  yieldTurn(): Promise<void>;
}

type EvmResult = Awaited<ReturnType<EVM['runCall']>>;

/** Makes engines that share one set of rules; each is one EVM and runs one frame at a time. */
export async function createEthereumjsFactory(options: EthereumjsOptions): Promise<() => Promise<ExecutionEngine>> {
  const common = createCustomCommon({chainId: Number(options.chainId)}, Mainnet, {hardfork: options.hardfork, customCrypto: await customCrypto()});
  const codes = new CodeCache();
  return () => EthereumjsEngine.create(common, options, codes);
}

/**
 * Runs go to our own interpreter, with the precompiles of @ethereumjs/evm; to the latter whole go those that are observed, those under
 * rules before Berlin, and those of simulations that move precompiles.
 */
class EthereumjsEngine implements ExecutionEngine {
  readonly #interpreter: Interpreter | undefined;
  readonly #evm: SapEvm;
  readonly #states: OverlayStateManager;
  readonly #journal: WarmJournal;
  readonly #precompiles: ReadonlySet<string>;
  readonly #chain: {block: BlockEnvironment | undefined};
  /** EIP-6780. */
  readonly #keepsOlderContracts: boolean;
  readonly #observation: Observation;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    evm: SapEvm,
    states: OverlayStateManager,
    journal: WarmJournal,
    chain: {block: BlockEnvironment | undefined},
    observation: Observation,
    interpreter: Interpreter | undefined,
  ) {
    this.#evm = evm;
    this.#interpreter = interpreter;
    this.#states = states;
    this.#journal = journal;
    this.#chain = chain;
    this.#keepsOlderContracts = evm.common.isActivatedEIP(6780);
    this.#observation = observation;
    this.#precompiles = new Set([...evm.precompiles.keys()].map((address) => `0x${address}`));
  }

  static async create(common: Common, options: EthereumjsOptions, codes: CodeCache): Promise<EthereumjsEngine> {
    const states = new OverlayStateManager();
    const chain: {block: BlockEnvironment | undefined} = {block: undefined};
    const blockchain = {
      getBlock: async (number: number) => ({hash: () => hexToBytes(chain.block!.blockHash(BigInt(number)))}),
      putBlock: async (): Promise<void> => {},
      shallowCopy: () => blockchain,
    };
    const evm = await createEvm({common, stateManager: states, blockchain, ...(options.precompiles ? {} : {saps: []})});
    const rules = interpreterRules(options.hardfork);
    const interpreter =
      rules === undefined || options.isReference === true
        ? undefined
        : new Interpreter({rules, chainId: options.chainId, precompiles: precompilePort(evm), codes, yieldTurn: () => options.yieldTurn()});
    movePrecompiles(evm, chain);
    const journal = WarmJournal.install(evm, states);
    const prototype = await interpreterPrototype(evm, states);
    installJumpAnalysis(evm, prototype);
    installLegacyCode(evm, states);
    installFastOpcodes(evm, states, journal);
    const pacer: Pacer = new Pacer(() => observation.yieldTurn());
    installInterpreterLoop(evm, prototype, pacer);
    const observation = new Observation(evm, prototype, () => options.yieldTurn());
    installPacer(evm, pacer);
    return new EthereumjsEngine(evm, states, journal, chain, observation, interpreter);
  }

  isPrecompile(address: Address): boolean {
    return this.#precompiles.has(address);
  }

  run(frame: Frame, block: BlockEnvironment, state: StateOverlay, observer?: ExecutionObserver, work?: WorkMeter): Promise<FrameResult> {
    const interpreter = observer === undefined && block.precompiles === undefined && this.#interpreter?.takes(frame) === true ? this.#interpreter : undefined;
    const result = this.#queue.then(() => (interpreter === undefined ? this.#run(frame, block, state, observer, work) : this.#interpret(interpreter, frame, block, state, work)));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #interpret(interpreter: Interpreter, frame: Frame, block: BlockEnvironment, state: StateOverlay, work: WorkMeter | undefined): Promise<FrameResult> {
    this.#states.overlay = state;
    try {
      return await interpreter.run(frame, block, state, work);
    } finally {
      this.#states.overlay = undefined;
    }
  }

  async #run(
    frame: Frame,
    block: BlockEnvironment,
    state: StateOverlay,
    observer: ExecutionObserver | undefined,
    work: WorkMeter | undefined,
  ): Promise<FrameResult> {
    const evm = this.#evm;
    evm.onPrecompile = work === undefined ? undefined : (call) => work.take(call);
    this.#states.overlay = state;
    this.#chain.block = block;
    try {
      if (observer !== undefined) this.#observation.begin(observer, frame, state);
      this.#journal.cleanJournal();
      for (const address of frame.warmAddresses) this.#journal.addAlwaysWarmAddress(address);
      for (const {address, slot} of frame.warmSlots) this.#journal.addAlwaysWarmSlot(address, slot);
      const result = await evm.runCall({
        block: {header: headerOf(block)},
        gasPrice: frame.gasPrice,
        origin: toEvmAddress(frame.caller),
        caller: toEvmAddress(frame.caller),
        gasLimit: frame.gas,
        ...(frame.to === undefined ? {} : {to: toEvmAddress(frame.to)}),
        value: frame.value,
        data: frame.data,
        ...(frame.blobVersionedHashes.length === 0 ? {} : {blobVersionedHashes: [...frame.blobVersionedHashes]}),
        skipNonceIncrement: true,
      });
      const outcome = resultOf(result, frame, this.#keepsOlderContracts);
      if (observer !== undefined) this.#observation.end(outcome);
      return outcome;
    } catch (error) {
      if (observer !== undefined && error instanceof WorkExceededError) this.#observation.breakOff(error.message);
      throw error;
    } finally {
      evm.onPrecompile = undefined;
      if (observer !== undefined) this.#observation.stop();
      evm.transientStorage.clear();
      this.#states.overlay = undefined;
      this.#chain.block = undefined;
    }
  }
}

/** Asks the block of the current run where precompiles answer. */
function movePrecompiles(evm: EVM, chain: {readonly block: BlockEnvironment | undefined}): void {
  const original = evm.getPrecompile.bind(evm);
  evm.getPrecompile = (address) => {
    const moved = chain.block?.precompiles;
    if (moved === undefined || typeof address === 'string') return original(address);
    const key = addressOf(address);
    if (!moved.has(key)) return original(address);
    const source = moved.get(key);
    return source === undefined ? undefined : original(toEvmAddress(source));
  };
}

/** Found by running one JUMPDEST on an empty state, since the package does not export the class. */
async function interpreterPrototype(evm: EVM, states: OverlayStateManager): Promise<object> {
  const opcodes = opcodesOf(evm);
  const entry = opcodes[JUMPDEST]!;
  let prototype: object | undefined;
  replaceHandler(opcodes, JUMPDEST, ({interpreter}) => void (prototype = Object.getPrototypeOf(interpreter) as object));
  states.overlay = new StateOverlay({account: () => undefined, slot: () => EMPTY, codeOf: () => EMPTY});
  try {
    await evm.runCode({code: Uint8Array.of(JUMPDEST)});
  } finally {
    states.overlay = undefined;
    opcodes[JUMPDEST] = entry;
  }
  if (prototype === undefined) throw new Error('the interpreter of @ethereumjs/evm is not as expected');
  return prototype;
}

function headerOf(block: BlockEnvironment) {
  return {
    number: block.number,
    coinbase: toEvmAddress(block.miner),
    timestamp: block.timestamp,
    difficulty: block.difficulty,
    prevRandao: hexToBytes(block.prevRandao),
    gasLimit: block.gasLimit,
    baseFeePerGas: block.baseFeePerGas,
    getBlobGasPrice: () => block.blobBaseFee,
  };
}

function resultOf(result: EvmResult, frame: Frame, keepsOlderContracts: boolean): FrameResult {
  const {execResult} = result;
  const failure = execResult.exceptionError?.error;
  const succeeded = failure === undefined;
  const created = execResult.createdAddresses;
  const destroyed: Address[] = [];
  if (succeeded) {
    for (const address of execResult.selfdestruct?.keys() ?? []) if (!keepsOlderContracts || created?.has(address) === true) destroyed.push(address);
  }
  return {
    status: succeeded ? 'success' : failure === 'revert' ? 'revert' : 'failure',
    error: succeeded || failure === 'revert' ? undefined : gethError(failure),
    returnData: execResult.returnValue,
    gasUsed: execResult.executionGasUsed,
    refund: succeeded ? (execResult.gasRefund ?? 0n) : 0n,
    logs: succeeded ? (execResult.logs ?? []).map(logOf) : [],
    createdAddress: frame.to === undefined && result.createdAddress !== undefined ? addressOf(result.createdAddress) : undefined,
    destroyed,
  };
}

function logOf([address, topics, data]: [Uint8Array, Uint8Array[], Uint8Array]): Log {
  return {address: bytesToHex(address), topics: topics.map(bytesToHex), data};
}
