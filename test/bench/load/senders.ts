/** Accounts that send, the token they send, and their transactions signed beforehand. The same for every chain under load. */
import {encodeAbiParameters, encodeFunctionData, type Hex} from 'viem';
import {signTransaction} from '../../../node/execution/transaction-encode.ts';
import {keccak256} from '../../../node/execution/keccak.ts';
import {EVM_CHAIN_ID} from '../../support/peers/processes.ts';
import {compile} from '../../support/solc.ts';
import {createSenders, genesisAccount, hex, type Sender} from './accounts.ts';
import {ask, inBatches} from './rpc.ts';

const FUNDED_ACCOUNTS = 10;
const FUNDS = 1_000n * 10n ** 18n;
const MAX_FEE_PER_GAS = 1_000_000_000_000n;
const MAX_PRIORITY_FEE_PER_GAS = 1_000_000_000n;
const DEPLOYMENT_GAS = 5_000_000n;
const TRANSFER_GAS = 21_000n;
const TOKEN_TRANSFER_GAS = 60_000n;
const RECEIPT_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;

/** What the load of tokens calls, for benches that read it. */
export const {BenchToken} = compile(`
pragma solidity ^0.8.28;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
contract BenchToken is ERC20("Bench", "BENCH") {
    constructor(address[] memory holders) {
        for (uint256 i = 0; i < holders.length; i++) _mint(holders[i], 1e30);
    }
}`);

export type Kind = 'eth' | 'erc20';

export interface Signed {
  readonly sender: number;
  readonly raw: Hex;
  readonly hash: Hex;
}

export interface Crew {
  /** In an order of the load's making: they take turns. */
  readonly senders: Sender[];
  readonly token: Hex;
}

/** Funds the senders from the chain's own accounts and deploys the token that they hold. */
export async function prepareCrew(url: string): Promise<Crew> {
  const senders = createSenders();
  const funded = await Promise.all(Array.from({length: FUNDED_ACCOUNTS}, (_, i) => fundedAccount(url, i)));
  const all = signPreparation(funded, senders);
  await inBatches(url, all.map(({raw}) => ({method: 'eth_sendRawTransaction', params: [raw]})));
  let token: Hex | null | undefined;
  for (const {hash} of all) token = (await receiptOf(url, hash)).contractAddress;
  if (typeof token !== 'string') throw new Error('the deployment of the token made no contract');
  await Promise.all(senders.map(async (sender) => void (sender.nonce = BigInt(await ask<string>(url, 'eth_getTransactionCount', [sender.address, 'latest'])))));
  return {senders, token};
}

/** What makes a crew of `senders`: their funding, and last the deployment of the token by the first of `funded`. */
export function signPreparation(funded: readonly Sender[], senders: readonly Sender[]): {readonly raw: Hex; readonly hash: Hex}[] {
  const funding = senders.map(({address}, i) => sign(funded[i % funded.length]!, {to: address, value: FUNDS, gasLimit: TRANSFER_GAS}));
  const holders = encodeAbiParameters([{type: 'address[]'}], [senders.map(({address}) => address)]);
  return [...funding, sign(funded[0]!, {data: `${BenchToken!.bytecode}${holders.slice(2)}`, gasLimit: DEPLOYMENT_GAS})];
}

/** Deploys with the chain's first account; the constructor takes nothing. */
export async function deployContract(url: string, bytecode: Hex): Promise<Hex> {
  const {raw, hash} = sign(await fundedAccount(url, 0), {data: bytecode, gasLimit: DEPLOYMENT_GAS});
  await ask(url, 'eth_sendRawTransaction', [raw]);
  const {contractAddress} = await receiptOf(url, hash);
  if (contractAddress === null) throw new Error('the deployment made no contract');
  return contractAddress;
}

/** `count` transactions; the senders take turns. Each one's first transfer of tokens goes to its neighbour, as all others do. */
export function signLoad({senders, token}: Crew, kind: Kind, count: number): Signed[] {
  const neighbour = (index: number): Hex => senders[(index + 1) % senders.length]!.address;
  const calls = senders.map((_, index) =>
    kind === 'eth'
      ? {to: neighbour(index), value: 1n, gasLimit: TRANSFER_GAS}
      : {to: token, data: encodeFunctionData({abi: BenchToken!.abi, functionName: 'transfer', args: [neighbour(index), 1n]}), gasLimit: TOKEN_TRANSFER_GAS},
  );
  return Array.from({length: count}, (_, i) => {
    const index = i % senders.length;
    return {sender: index, ...sign(senders[index]!, calls[index]!)};
  });
}

export async function receiptOf(url: string, hash: Hex): Promise<{status: string; contractAddress: Hex | null}> {
  const deadline = AbortSignal.timeout(RECEIPT_TIMEOUT_MS);
  for (;;) {
    const receipt = await ask<{status: string; contractAddress: Hex | null} | null>(url, 'eth_getTransactionReceipt', [hash]);
    if (receipt?.status === '0x1') return receipt;
    if (receipt !== null) throw new Error(`the transaction ${hash} failed`);
    if (deadline.aborted) throw new Error(`no receipt of ${hash} within ${RECEIPT_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

async function fundedAccount(url: string, index: number): Promise<Sender> {
  const account = genesisAccount(index);
  account.nonce = BigInt(await ask<string>(url, 'eth_getTransactionCount', [account.address, 'latest']));
  return account;
}

function sign(sender: Sender, call: {to?: Hex; value?: bigint; data?: string; gasLimit: bigint}): {raw: Hex; hash: Hex} {
  const {to, value, data, gasLimit} = call;
  const raw = signTransaction(
    {
      type: 2,
      chainId: BigInt(EVM_CHAIN_ID),
      nonce: sender.nonce++,
      gasLimit,
      ...(to === undefined ? {} : {to: to.toLowerCase() as Hex}),
      ...(value === undefined ? {} : {value}),
      ...(data === undefined ? {} : {data: new Uint8Array(Buffer.from(data.slice(2), 'hex'))}),
      maxFeePerGas: MAX_FEE_PER_GAS,
      maxPriorityFeePerGas: MAX_PRIORITY_FEE_PER_GAS,
    },
    sender.key,
  );
  return {raw: hex(raw), hash: hex(keccak256(raw))};
}
