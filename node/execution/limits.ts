/** Named bounds of the execution layer. Everything that comes from outside is held against one of these. */

/** Bytes of one encoded transaction: geth's txMaxSize. */
export const TRANSACTION_BYTES_MAX = 131_072;
/** Bytes of one transaction of an imported chain, where only the gas of a block bounds it; the official vectors have one of 10 MB. */
export const FOREIGN_TRANSACTION_BYTES_MAX = 16 * 1024 * 1024;
/** EIP-7825: gas limit of one transaction under Osaka rules. */
export const TRANSACTION_GAS_MAX = 1n << 24n;
/** EIP-7934: bytes of the RLP of a block. */
export const BLOCK_RLP_BYTES_MAX = 8 * 1024 * 1024;
/** Nesting that any of our RLP structures needs (transaction → access list → entry → keys). */
export const RLP_DEPTH_MAX = 5;
/** Items of one RLP document; a transaction of the greatest size cannot hold more. */
export const RLP_ITEMS_MAX = TRANSACTION_BYTES_MAX;
/** EIP-4844. */
export const GAS_PER_BLOB = 131_072n;
/** EIP-7594: blobs of one transaction under Osaka rules. */
export const TRANSACTION_BLOBS_MAX = 6n;
/** EIP-3860. */
export const INIT_CODE_BYTES_MAX = 49_152;
/** Decoded transactions kept by hash, so that a sender is recovered once. */
export const TRANSACTION_CACHE_MAX = 20_000;
/** Transactions from which on a turn's recoveries of senders go to the second thread: telling it costs as much as one or two of them. */
export const RECOVERY_MIN = 16;
/** Transactions that wait for that thread; what comes beyond is recovered where it is admitted. */
export const RECOVERY_WAITING_MAX = 5_000;
/** Accounts, and separately storage slots, of the flat tables kept in memory. */
export const ACCOUNT_CACHE_MAX = 100_000;
export const SLOT_CACHE_MAX = 200_000;
/** Contract codes kept in memory. */
export const CODE_CACHE_MAX = 512;
/** Addresses kept in each of the spellings that events have. */
export const ADDRESS_TEXTS_MAX = 20_000;
/** Trie nodes kept in memory between blocks; beyond, they are read again from the database. */
export const TRIE_NODES_IN_MEMORY_MAX = 200_000;
/** Trie nodes are written once in so many blocks, or when more than the second number wait. */
export const TRIE_FLUSH_BLOCKS = 64n;
export const TRIE_FLUSH_NODES = 30_000;
/** Entries of the reverse diffs kept decoded. */
export const DIFF_CACHE_ENTRIES_MAX = 100_000;
/** Blocks with their receipts kept decoded. */
export const BLOCK_CACHE_MAX = 64;
/** Default number of blocks whose state can be asked for. */
export const HISTORY_BLOCKS_DEFAULT = 256n;
/** Blocks whose blooms are read at once when logs are searched. */
export const BLOOM_CHUNK_BLOCKS = 1024n;
/** Bloom chunks kept (256 kB each at most): those of the longest range that a search may have. */
export const BLOOM_CHUNK_CACHE_MAX = 100;
/** Storage keys in one request for a proof. */
export const PROOF_SLOTS_MAX = 1024;
/** Accounts and slots, counted once per block, that a proof of an older state may set back: it is done in one go. */
export const PROOF_REWIND_ENTRIES_MAX = 20_000;
/** Gas executed before other work of the process gets a turn. */
export const YIELD_EVERY_GAS = 2_000_000n;
/** Block hashes kept in memory; BLOCKHASH reaches back 256 blocks. */
export const BLOCK_HASH_CACHE_MAX = 1024;
/** EVMs that serve calls of the RPC at the same time; further calls wait. */
export const CALL_ENGINES_MAX = 4;
/** Calls of the RPC that may wait for an EVM. */
export const CALL_QUEUE_MAX = 1024;
/** Jump destinations an execution passes before other work of the process gets a turn: some milliseconds. */
export const JUMPS_PER_TURN = 1_000;
/** What a call, or a precompile behind it, counts for among them. */
export const JUMPS_PER_CALL = 25;
/** Instructions of a run, those of all its frames, before other work of the process gets a turn: some milliseconds. */
export const INSTRUCTIONS_PER_TURN = 20_000;
/** Gas that counts as one more instruction among them, where the price depends on what is done: hashing, copying, reading the state. */
export const GAS_PER_INSTRUCTION = 20;
/** Gas of a run before other work of the process gets a turn: some milliseconds. */
export const GAS_PER_TURN = 40_000;
/** Memory of the interpreter's frames that is kept from one transaction for the next. */
export const INTERPRETER_MEMORY_KEPT_BYTES = 4 * 1024 * 1024;
/**
 * Code, with what was found out about it, that the interpreters of a fork keep together: more than the codes that the gas of one
 * transaction (EIP-7825) can load at the price of a cold account.
 */
export const INTERPRETER_CODE_BYTES_MAX = 400 * 1024 * 1024;
/** EIP-170. */
export const CODE_BYTES_MAX = 24_576;
/** Instructions of an observed run before other work of the process gets a turn. */
export const OBSERVED_STEPS_PER_TURN = 2_000;
/** Events of a traced transaction between two looks at the clock. */
export const TRACE_EVENTS_PER_CLOCK = 256;
/** Bytes that the traces of one request may take in its answer, about. */
export const TRACE_BYTES_MAX = 128 * 1024 * 1024;
/** Bytes of contract code whose jump destinations one EVM keeps in memory, at about ten bytes each. */
export const JUMP_ANALYSIS_CODE_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes of a snapshot's chunk; a message of the snapshot-chunk channel holds one. */
export const SNAPSHOT_CHUNK_BYTES = 1024 * 1024;
/** Chunks of a snapshot: the hashes of all of them fit a message of the snapshot channel. About 2 GB of state. */
export const SNAPSHOT_CHUNKS_MAX = 1_984;
/** A record of a snapshot; the longest are contract codes of a genesis document. */
export const SNAPSHOT_RECORD_BYTES_MAX = 1024 * 1024;
/** Storage slots of one record. */
export const SNAPSHOT_SLOTS_PER_RECORD = 512;
/** Headers of a snapshot: those that BLOCKHASH reaches. */
export const SNAPSHOT_HEADERS_MAX = 256;
/** Transactions of the snapshot's block: as many as its gas pays for at 21,000 each, with room. */
export const SNAPSHOT_TRANSACTIONS_MAX = 100_000;
/** Accounts and slots that a restore puts into the tries before other work of the process gets a turn. */
export const RESTORE_ENTRIES_PER_TURN = 2_000;
/** Keys removed at a time when a restore is given up. */
export const WIPE_KEYS_PER_BATCH = 10_000;
/** Bytes of one block of an imported chain; they had no bound of their own before EIP-7934. */
export const IMPORT_BLOCK_BYTES_MAX = 64 * 1024 * 1024;
/** Bytes of a header's extraData. */
export const EXTRA_DATA_BYTES_MAX = 32;
/** Addresses and slots of a list that eth_createAccessList makes. */
export const ACCESS_LIST_ENTRIES_MAX = 20_000;
/** Runs of a call until its access list must have settled: a contract can make it depend on the gas left. */
export const ACCESS_LIST_ROUNDS_MAX = 16;
/** Time of all these runs together. */
export const ACCESS_LIST_MS_MAX = 10_000;
/** Blocks of a simulation, those that fill gaps counted (geth's internal/ethapi/api.go). */
export const SIMULATED_BLOCKS_MAX = 256n;
/** Bytes that a simulation returns: return data, revert data and logs of all its calls. */
export const SIMULATED_BYTES_MAX = 16 * 1024 * 1024;
/** Time of one simulation, without what other work of the process took of it while the simulation waited for an EVM. */
export const SIMULATION_MS_MAX = 10_000;
/** Calls of a simulation before other work of the process gets a turn, however short they are. */
export const SIMULATED_CALLS_PER_TURN = 32;
