/** The worst shapes known of each instruction, as loops that run until the gas is gone. */
import {hexToBytes} from '../../../node/execution/hex.ts';
import {wordToHash} from '../../../node/execution/words.ts';
import type {Address} from '#node/execution';
import {assemble, loop, times} from './assembler.ts';
import type {PlacedAccount, Shape} from './arena.ts';

const ONES = `0x${'f'.repeat(64)}`;
const WIDE = `0x${'c3a5'.repeat(16)}`;
const HALF = `0x${'9e37'.repeat(8)}`;
/** EIP-170. */
const CODE_BYTES_MAX = 24_576;
const INIT_BYTES_MAX = 49_152;

const addressAt = (index: number, first = 0x10_0000): Address => `0x${(first + index).toString(16).padStart(40, '0')}`;
const CALLEE = addressAt(0, 0xca11);
const repeat = (name: string, prelude: string, body: string, rest: Partial<Shape> = {}): Shape => ({name, code: loop(prelude, body), ...rest});

function arithmetic(): Shape[] {
  const two = ['ADD', 'MUL', 'SUB', 'LT', 'GT', 'SLT', 'SGT', 'EQ', 'AND', 'OR', 'XOR'].map((name) => repeat(name, `${WIDE} ${ONES}`, `DUP2 DUP2 ${name} POP`));
  const division = ['DIV', 'SDIV', 'MOD', 'SMOD'].map((name) => repeat(name, `${HALF} ${WIDE}`, `DUP2 DUP2 ${name} POP`));
  const chained = ['ADD', 'MUL'].map((name) => repeat(`${name} in a chain`, WIDE, `DUP1 ${name}`));
  return [
    ...two,
    ...division,
    ...chained,
    repeat('ADDMOD', `${HALF} ${WIDE} ${ONES}`, 'DUP3 DUP3 DUP3 ADDMOD POP'),
    repeat('MULMOD', `${HALF} ${WIDE} ${ONES}`, 'DUP3 DUP3 DUP3 MULMOD POP'),
    repeat('EXP, 32 bytes', `${ONES} ${WIDE}`, 'DUP2 DUP2 EXP POP'),
    repeat('EXP, 1 byte', `255 ${WIDE}`, 'DUP2 DUP2 EXP POP'),
    repeat('EXP, 2 bytes', `65535 ${WIDE}`, 'DUP2 DUP2 EXP POP'),
    repeat('SIGNEXTEND', `${ONES} 29`, 'DUP2 DUP2 SIGNEXTEND POP'),
    repeat('BYTE', `${WIDE} 0`, 'DUP2 DUP2 BYTE POP'),
    ...['SHL', 'SHR', 'SAR'].map((name) => repeat(name, `${ONES} 3`, `DUP2 DUP2 ${name} POP`)),
    ...['ISZERO', 'NOT', 'CLZ'].map((name) => repeat(name, WIDE, `DUP1 ${name} POP`)),
    repeat('NOT in a chain', WIDE, 'NOT'),
  ];
}

function environment(): Shape[] {
  const words = ['ADDRESS', 'ORIGIN', 'CALLER', 'CALLVALUE', 'CALLDATASIZE', 'CODESIZE', 'GASPRICE', 'RETURNDATASIZE', 'COINBASE', 'TIMESTAMP', 'NUMBER', 'DIFFICULTY', 'GASLIMIT', 'CHAINID', 'SELFBALANCE', 'BASEFEE', 'BLOBBASEFEE', 'PC', 'MSIZE', 'GAS', 'PUSH0'];
  return [
    ...words.map((name) => repeat(name, '', `${name} POP`)),
    repeat('BLOBHASH', '0', 'DUP1 BLOBHASH POP'),
    repeat('BLOCKHASH, 256 blocks in turn', '744', '1 ADD DUP1 BLOCKHASH POP'.replace('1 ADD', '1 ADD 255 AND 744 OR')),
    repeat('BLOCKHASH, one block', '999', 'DUP1 BLOCKHASH POP'),
    repeat('CALLDATALOAD', '0', 'DUP1 CALLDATALOAD POP', {data: new Uint8Array(64).fill(0xa5)}),
    repeat('CALLDATALOAD beyond the end', '40', 'DUP1 CALLDATALOAD POP', {data: new Uint8Array(64).fill(0xa5)}),
    repeat('PUSH1', '', '1 POP'),
    repeat('PUSH2', '', '0x1234 POP'),
    repeat('PUSH4', '', '0x12345678 POP'),
    repeat('PUSH20', '', `0x${'a5'.repeat(20)} POP`),
    {name: 'PUSH32', code: loop('', `${WIDE} POP`)},
    {name: 'PUSH32, 24 kB of them', code: loop('', `${WIDE} POP`, 24_000)},
    repeat('DUP16', times(16, WIDE), 'DUP16 POP'),
    repeat('SWAP16', times(17, WIDE), 'SWAP16'),
    repeat('JUMPDEST', '', 'JUMPDEST'),
    {name: 'JUMP', code: assemble(`JUMPDEST 0 JUMP`)},
    repeat('JUMPI, not taken', '0', 'DUP1 DUP1 JUMPI'),
    {name: 'JUMPI, taken', code: assemble('JUMPDEST 1 0 JUMPI')},
  ];
}

function memory(): Shape[] {
  const sizes = [0, 1, 32, 136, 1_024, 32_768];
  const copies = ['CALLDATACOPY', 'CODECOPY'].flatMap((name) => [0, 1, 33, 1_024, 32_768].map((size) => repeat(`${name}, ${size} bytes`, '', `${size} 0 0 ${name}`)));
  return [
    ...sizes.map((size) => repeat(`KECCAK256, ${size} bytes`, `${ONES} 0 MSTORE`, `${size} 0 KECCAK256 POP`)),
    repeat('KECCAK256 in a chain', `${ONES} 0 MSTORE`, '32 0 KECCAK256 0 MSTORE'),
    ...copies,
    ...[0, 1, 33, 1_024, 32_768].map((size) => repeat(`MCOPY, ${size} bytes`, '', `${size} 7 0 MCOPY`)),
    ...[1, 32, 1_024].map((size) => repeat(`RETURNDATACOPY, ${size} bytes`, `0 0 2048 0 0 4 GAS CALL POP`, `${size} 0 0 RETURNDATACOPY`)),
    repeat('MLOAD', `${WIDE} 0 MSTORE 0`, 'DUP1 MLOAD POP'),
    repeat('MLOAD, small words in a chain', '0', 'MLOAD'),
    repeat('MSTORE, wide', `${WIDE} 0`, 'DUP2 DUP2 MSTORE'),
    repeat('MSTORE8', `${WIDE} 0`, 'DUP2 DUP2 MSTORE8'),
    repeat('memory that grows by words', '', 'MSIZE MLOAD POP'),
    repeat('memory that grows by 4 kB', '', 'MSIZE 4064 ADD MLOAD POP'),
    repeat('LOG0, 0 bytes', '', '0 0 LOG0'),
    repeat('LOG4, 0 bytes', `${WIDE}`, 'DUP1 DUP1 DUP1 DUP1 0 0 LOG4'),
    repeat('LOG1, 1 kB', `${WIDE}`, 'DUP1 1024 0 LOG1'),
    repeat('LOG0, 32 kB', '', '32768 0 LOG0'),
  ];
}

function state(): Shape[] {
  const filled = (count: number) => Array.from({length: count}, (_, i) => [wordToHash(BigInt(i + 1)), Uint8Array.of(7)] as const);
  const existing = Array.from({length: 2_000}, (_, i): PlacedAccount => ({address: addressAt(i), balance: 1n}));
  const large = Array.from({length: 600}, (_, i): PlacedAccount => ({address: addressAt(i), code: largeCode(i)}));
  const looks = ['BALANCE', 'EXTCODESIZE', 'EXTCODEHASH'].flatMap((name) => [
    repeat(`${name}, warm`, `${CALLEE}`, `DUP1 ${name} POP`, {accounts: [{address: CALLEE, code: largeCode(0)}]}),
    repeat(`${name}, cold accounts`, '0x100000', `DUP1 ${name} POP 1 ADD`, {accounts: existing}),
    repeat(`${name}, cold codes of 24 kB`, '0x100000', `DUP1 ${name} POP 1 ADD`, {accounts: large}),
  ]);
  return [
    ...looks,
    repeat('BALANCE, cold and missing', '0x100000', 'DUP1 BALANCE POP 1 ADD'),
    repeat('EXTCODECOPY, 1 byte, warm', `${CALLEE}`, '1 0 0 DUP4 EXTCODECOPY', {accounts: [{address: CALLEE, code: largeCode(0)}]}),
    repeat('EXTCODECOPY, 24 kB, warm', `${CALLEE}`, '24576 0 0 DUP4 EXTCODECOPY', {accounts: [{address: CALLEE, code: largeCode(0)}]}),
    repeat('EXTCODECOPY, 24 kB, cold', '0x100000', '24576 0 0 DUP4 EXTCODECOPY 1 ADD', {accounts: large}),
    repeat('SLOAD, warm', '1', 'DUP1 SLOAD POP', {storage: filled(1)}),
    repeat('SLOAD, 1,000 slots in turn', '0', 'DUP1 SLOAD POP 1 ADD 1023 AND', {storage: filled(1_100)}),
    repeat('SLOAD, cold', '0', 'DUP1 SLOAD POP 1 ADD', {storage: filled(8_000)}),
    repeat('SLOAD, cold and zero', '0', 'DUP1 SLOAD POP 1 ADD'),
    repeat('SSTORE, dirty', `${ONES}`, 'NOT DUP1 1 SSTORE'),
    repeat('SSTORE, the same value', `${ONES} DUP1 1 SSTORE`, 'DUP1 1 SSTORE'),
    repeat('SSTORE, new slots', '0', 'DUP1 DUP1 SSTORE 1 ADD'),
    repeat('SSTORE, clears slots', '1', '0 DUP2 SSTORE 1 ADD', {storage: filled(8_000)}),
    repeat('SSTORE, changes slots', '1', 'DUP1 DUP1 SSTORE 1 ADD', {storage: filled(8_000)}),
    repeat('TLOAD', '1', 'DUP1 TLOAD POP'),
    repeat('TSTORE, one key', `${ONES}`, 'DUP1 1 TSTORE'),
    repeat('TSTORE, new keys', '0', 'DUP1 DUP1 TSTORE 1 ADD'),
  ];
}

/** Different from others; all of it has to be looked through to know that its last JUMPDEST is one. */
function largeCode(index: number): Uint8Array {
  const code = new Uint8Array(CODE_BYTES_MAX).fill(0x5b);
  // Jumps to its end, where it stops.
  code.set([0x61, (CODE_BYTES_MAX - 2) >> 8, (CODE_BYTES_MAX - 2) & 255, 0x56]);
  code.set([0x61, index >> 8, index & 255], 16);
  code[CODE_BYTES_MAX - 1] = 0x00;
  return code;
}

function calls(): Shape[] {
  const to = (code: Uint8Array): Partial<Shape> => ({accounts: [{address: CALLEE, code}]});
  const plain = (gas = 'GAS'): string => `0 0 0 0 0 ${CALLEE} ${gas} CALL POP`;
  const manyLarge = Array.from({length: 600}, (_, i): PlacedAccount => ({address: addressAt(i), code: largeCode(i)}));
  const delegated = hexToBytes(`0xef0100${addressAt(1, 0xca11).slice(2)}`);
  const recursion = assemble(`${times(8, '0 0 0 0 0 ADDRESS GAS CALL POP')}`);
  return [
    repeat('CALL, no code', '', plain()),
    repeat('CALL, code that stops', '', plain(), to(assemble('STOP'))),
    repeat('CALL, 24 kB that jumps', '', plain(), to(largeCode(0))),
    repeat('CALL, 600 codes of 24 kB in turn', '0', '0 0 0 0 0 DUP6 0x100000 ADD GAS CALL POP 1 ADD 600 SWAP1 MOD', {accounts: manyLarge}),
    repeat('CALL, cold codes of 24 kB', '0x100000', '0 0 0 0 0 DUP6 GAS CALL POP 1 ADD', {accounts: manyLarge}),
    repeat('CALL, no gas for it', '', plain('0'), to(assemble('JUMPDEST'))),
    repeat('CALL, INVALID', '', plain('1'), to(assemble('INVALID'))),
    repeat('CALL, reverts', '', plain(), to(assemble('0 0 REVERT'))),
    repeat('CALL, 1 kB to and fro', '', `1024 0 1024 0 0 ${CALLEE} GAS CALL POP`, to(assemble('1024 0 RETURN'))),
    repeat('CALL, 32 kB to and fro', '', `32768 0 32768 0 0 ${CALLEE} GAS CALL POP`, to(assemble('32768 0 RETURN'))),
    repeat('CALL, value to an account', '', `0 0 0 0 1 ${CALLEE} 0 CALL POP`, {accounts: [{address: CALLEE, balance: 1n}]}),
    repeat('CALL, value to code', '', `0 0 0 0 1 ${CALLEE} 0 CALL POP`, to(assemble('STOP'))),
    repeat('CALL, value to new accounts', '0x100000', '0 0 0 0 1 DUP6 0 CALL POP 1 ADD'),
    repeat('CALL, more value than there is', '', `0 0 0 0 ${ONES} ${CALLEE} 0 CALL POP`, to(assemble('STOP'))),
    repeat('CALL, delegated account', '', plain(), {accounts: [{address: CALLEE, code: delegated}, {address: addressAt(1, 0xca11), code: assemble('STOP')}]}),
    repeat('CALLCODE', '', `0 0 0 0 0 ${CALLEE} GAS CALLCODE POP`, to(assemble('STOP'))),
    repeat('DELEGATECALL', '', `0 0 0 0 ${CALLEE} GAS DELEGATECALL POP`, to(assemble('STOP'))),
    repeat('STATICCALL', '', `0 0 0 0 ${CALLEE} GAS STATICCALL POP`, to(assemble('STOP'))),
    repeat('STATICCALL, identity', '', '0 0 0 0 4 GAS STATICCALL POP'),
    {name: 'CALL, itself to the greatest depth', code: recursion},
    {name: 'CALL, itself with memory', code: assemble(times(8, '64 0 MSTORE 0 0 1024 0 0 ADDRESS GAS CALL POP'))},
    repeat('CALL, callee writes and reverts', '', plain('30000'), to(assemble('CALLER 1 SSTORE 0 0 REVERT'))),
    repeat('CALL, many logs before', times(50, '0 0 LOG0'), plain(), to(assemble('STOP'))),
  ];
}

function creations(): Shape[] {
  const jumpAtEnd = `0x${Buffer.from([0x61, (INIT_BYTES_MAX - 1) >> 8, (INIT_BYTES_MAX - 1) & 255, 0x56]).toString('hex')}${'5b'.repeat(28)}`;
  const fill = `${jumpAtEnd} 0 MSTORE ${Array.from({length: 20}, (_, i) => `0x${'5b'.repeat(32)} ${32 + 32 * i} MSTORE`).join(' ')} 512 32 544 MCOPY 1024 32 1056 MCOPY 2048 32 2080 MCOPY 4096 32 4128 MCOPY 8192 32 8224 MCOPY 16384 32 16416 MCOPY 16320 32 32800 MCOPY`;
  // Init code: RETURN(0, 24576).
  const deploys = `0x61${CODE_BYTES_MAX.toString(16)}5ff3${'00'.repeat(27)} 0 MSTORE`;
  return [
    repeat('CREATE, no init code', '', '0 0 0 CREATE POP'),
    repeat('CREATE, 48 kB that jumps', fill, `${INIT_BYTES_MAX} 0 0 CREATE POP`),
    repeat('CREATE2, 48 kB that jumps', `${fill} 0`, `DUP1 ${INIT_BYTES_MAX} 0 0 CREATE2 POP 1 ADD`),
    repeat('CREATE, deploys 24 kB', deploys, '32 0 0 CREATE POP'),
    repeat('CREATE2, collides', '', `0 0 0 0 CREATE2 POP`),
    repeat('SELFDESTRUCT', '', `0 0 0 0 0 ${CALLEE} GAS CALL POP`, {accounts: [{address: CALLEE, code: assemble('CALLER SELFDESTRUCT')}]}),
    repeat('SELFDESTRUCT, created', `0x33ff 0 MSTORE`, '2 30 0 CREATE POP'),
    repeat('SELFDESTRUCT, to new accounts', '0x100000', `DUP1 0 MSTORE 0 0 32 0 1 ${CALLEE} GAS CALL POP 1 ADD`, {accounts: [{address: CALLEE, code: assemble('0 CALLDATALOAD SELFDESTRUCT')}]}),
  ];
}

export function opcodeShapes(): Shape[] {
  return [...arithmetic(), ...environment(), ...memory(), ...state(), ...calls(), ...creations()];
}
