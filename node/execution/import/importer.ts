/** Chains that others made, block by block, into this node's own state and block tables; without consensus. */
import {appHashOf} from '../chain.ts';
import {bytesEqual} from '../hex.ts';
import type {BlockEvent, EthBlock} from '../types.ts';
import {blocksOfFile, decodeImportedBlock} from './decode-block.ts';
import {ImportError} from './errors.ts';
import {executeImportedBlock} from './execute-block.ts';
import type {ImportModules} from './execute-block.ts';
import type {ImportedGenesis} from './genesis.ts';

/** There is no Comet block behind an imported one. */
const NO_COMET_HASH = new Uint8Array(32);

export interface ChainImporterModules extends ImportModules {
  now(): number;
  /** Tells the subscribers of blocks. */
  announce(event: BlockEvent): void;
}

export class ChainImporter {
  readonly #modules: ChainImporterModules;

  constructor(modules: ChainImporterModules) {
    this.#modules = modules;
  }

  /** Writes block 0, or recognises the chain, also with later blocks. Throws ImportError when the database holds another one. Resolves to the head. */
  async initialise(genesis: ImportedGenesis): Promise<EthBlock> {
    const {chain} = this.#modules;
    if (chain.isInitialised) {
      if (!bytesEqual(chain.parameters.digest, genesis.digest)) throw new ImportError('genesis', 'the database holds a chain of another genesis document');
      return chain.head.block;
    }
    await chain.adoptGenesis({
      digest: genesis.digest,
      parameters: {chainId: genesis.chainId, gasLimit: genesis.gasLimit, feeRecipients: new Map()},
      accounts: genesis.accounts,
      block: (stateRoot) => genesis.block(stateRoot),
    });
    return chain.head.block;
  }

  /** RLP of the block after the head. Durable when it resolves; rejects with ImportError, and the chain is as before. */
  async importBlock(bytes: Uint8Array): Promise<EthBlock> {
    const {chain, now, announce} = this.#modules;
    const started = now();
    const {block, receipts, prepared} = await executeImportedBlock(decodeImportedBlock(bytes), this.#modules);
    const executionMs = now() - started;
    await chain.commit({block, receipts, prepared, appHash: appHashOf(block), cometHash: NO_COMET_HASH});
    announce({block, receipts, cometHash: NO_COMET_HASH, executionMs});
    return block;
  }

  /** All blocks of a file as `geth export` writes it; those that the chain already has are passed over. Resolves to how many were new. */
  async importFile(file: Uint8Array): Promise<number> {
    const {chain} = this.#modules;
    let imported = 0;
    for (const bytes of blocksOfFile(file)) {
      const {header} = decodeImportedBlock(bytes);
      if (chain.blocks.hashOf(header.number) === header.hash) continue;
      await this.importBlock(bytes);
      imported++;
    }
    return imported;
  }
}
