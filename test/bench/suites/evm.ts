/** Mgas per second of the EVM: loops in a contract through `eth_call`, the time of a call that does nothing subtracted. */
import {parseArgs} from 'node:util';
import {decodeFunctionResult, encodeFunctionData, type Hex} from 'viem';
import {compile} from '../../support/solc.ts';
import {Connection} from '../load/rpc.ts';
import {deployContract} from '../load/senders.ts';
import {startPeer, startQanat, withTarget, type Target} from '../load/targets.ts';
import {printMachine, printTable} from '../measure.ts';
import {median, peersOf, whole} from '../options.ts';

const {Loops} = compile(`
pragma solidity ^0.8.28;
contract Loops {
    fallback() external {}
    function run(uint256 kind, uint256 count) external returns (uint256 used) {
        used = gasleft();
        assembly {
            let x := 1
            switch kind
            case 0 { for { let i := 0 } lt(i, count) { i := add(i, 1) } { x := add(mul(x, 31), i) } }
            case 1 { for { let i := 0 } lt(i, count) { i := add(i, 1) } { x := xor(x, shl(13, x)) x := xor(x, shr(7, x)) x := xor(x, shl(17, x)) } }
            case 2 { for { let i := 0 } lt(i, count) { i := add(i, 1) } { mstore(0, keccak256(0, 64)) } }
            case 3 { for { let i := 0 } lt(i, count) { i := add(i, 1) } { sstore(and(i, 63), add(sload(and(i, 63)), 1)) } }
            case 4 { for { let i := 0 } lt(i, count) { i := add(i, 1) } { x := add(x, call(gas(), address(), 0, 0, 0, 0, 0)) } }
            sstore(1000, x)
        }
        used = used - gasleft();
    }
}`);

const KINDS = ['add-mul', 'xor-shift', 'keccak', 'storage', 'calls'];
const GAS = 25_000_000n;
const PROBE_COUNT = 1_000n;

const USAGE = `Usage: npm run bench -- evm [options]

  --peer NAME   anvil or hardhat, measured in the same run; may be repeated (npm run peers installs them)
  --mgas N      gas of each call in millions, 1 to 20 (default 5)
  --calls N     calls of each kind, of which the median is shown (default 7)
`;

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({
    args: [...args],
    options: {peer: {type: 'string', multiple: true}, mgas: {type: 'string', default: '5'}, calls: {type: 'string', default: '7'}, help: {type: 'boolean', short: 'h', default: false}},
  });
  if (values.help) return console.log(USAGE);
  const gas = BigInt(whole('--mgas', values.mgas, 1, 20)) * 1_000_000n;
  const calls = whole('--calls', values.calls, 1, 100);
  printMachine();
  const columns: {label: string; rates: readonly number[]}[] = [];
  for (const start of [() => startQanat(1), ...peersOf(values.peer).map((peer) => () => startPeer(peer))]) {
    columns.push(await withTarget(start, async (target) => ({label: target.label, rates: await measure(target, gas, calls)})));
  }
  const [own, ...peers] = columns;
  const rows = KINDS.map((kind, i) => [kind, ...columns.map(({rates}) => rates[i]!.toFixed(1)), ...peers.map(({rates}) => `${(own!.rates[i]! / rates[i]!).toFixed(3)} ×`)]);
  printTable(['Mgas/s', ...columns.map(({label}) => label), ...peers.map(({label}) => `against ${label}`)], rows);
}

async function measure(target: Target, gas: bigint, calls: number): Promise<number[]> {
  const address = await deployContract(target.url, Loops!.bytecode);
  const connection = new Connection(target.url);
  try {
    const rates: number[] = [];
    for (const kind of KINDS.keys()) {
      const {used: probe} = await loop(connection, address, kind, PROBE_COUNT);
      const count = (gas * PROBE_COUNT) / probe;
      const idle: number[] = [];
      const times: number[] = [];
      let used = 0n;
      await loop(connection, address, kind, count);
      for (let i = 0; i < calls; i++) {
        idle.push((await loop(connection, address, kind, 1n)).ms);
        const timed = await loop(connection, address, kind, count);
        times.push(timed.ms);
        used = timed.used;
      }
      rates.push(Number(used) / 1_000 / Math.max(0.01, median(times) - median(idle)));
    }
    return rates;
  } finally {
    connection.close();
  }
}

async function loop(connection: Connection, to: Hex, kind: number, count: bigint): Promise<{ms: number; used: bigint}> {
  const data = encodeFunctionData({abi: Loops!.abi, functionName: 'run', args: [BigInt(kind), count]});
  const start = performance.now();
  const result = (await connection.one({method: 'eth_call', params: [{to, data, gas: `0x${GAS.toString(16)}`}, 'latest']})) as Hex;
  const ms = performance.now() - start;
  return {ms, used: decodeFunctionResult({abi: Loops!.abi, functionName: 'run', data: result}) as bigint};
}
