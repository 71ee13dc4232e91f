/** A token, a constant-product market, an NFT and a multisig, deployed and used through viem and through ethers. */
import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import * as ethers from 'ethers';
import {createPublicClient, createWalletClient, defineChain, http, parseEther, parseSignature, type Abi, type Hex} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {startDevnet, type TestDevnet} from '../support/devnet.ts';
import {MNEMONIC} from '../support/peers/processes.ts';
import {compileDapp, type DappContract} from './dapp/contracts.ts';

const contracts = compileDapp();
const MAX_UINT256 = (1n << 256n) - 1n;

/** Uniswap v2's formula, which Pair.sol implements. */
function outputOf(amountIn: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  return (amountIn * 997n * reserveOut) / (reserveIn * 1_000n + amountIn * 997n);
}

describe('a typical application', () => {
  let net: TestDevnet;

  beforeAll(async () => {
    net = await startDevnet({validators: 1, args: ['--log-level', 'warn']});
  });
  afterAll(() => net.dispose());

  function viemClients(addressIndex: number) {
    const chain = defineChain({id: 72590, name: 'qanat', nativeCurrency: {name: 'Qanat', symbol: 'QANAT', decimals: 18}, rpcUrls: {default: {http: [net.rpcUrl()]}}});
    const account = mnemonicToAccount(MNEMONIC, {addressIndex});
    const reader = createPublicClient({chain, transport: http(), pollingInterval: 50, cacheTime: 0});
    const wallet = createWalletClient({chain, transport: http(), account});
    const write = async (address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) => {
      const {request} = await reader.simulateContract({account, address, abi, functionName, args});
      const receipt = await reader.waitForTransactionReceipt({hash: await wallet.writeContract(request)});
      expect(receipt.status).toBe('success');
      return receipt;
    };
    const deploy = async (name: DappContract, args: readonly unknown[], value = 0n): Promise<Hex> => {
      const {abi, bytecode} = contracts[name];
      const receipt = await reader.waitForTransactionReceipt({hash: await wallet.deployContract({abi, bytecode, args, value})});
      expect(receipt.status).toBe('success');
      return receipt.contractAddress!;
    };
    return {account, reader, wallet, write, deploy};
  }

  it('viem: provides liquidity, permits by signature, swaps both ways, and the product never falls', async () => {
    const {account, reader, wallet, write, deploy} = viemClients(0);
    const gold = await deploy('Token', ['Gold', 'GLD', parseEther('1000')]);
    const silver = await deploy('Token', ['Silver', 'SLV', parseEther('1000')]);
    const pair = await deploy('Pair', [gold, silver]);
    const {abi: tokenAbi} = contracts.Token;
    const {abi: pairAbi} = contracts.Pair;

    await write(silver, tokenAbi, 'approve', [pair, MAX_UINT256]);
    const typedData = {
      domain: {name: 'Gold', version: '1', chainId: 72590, verifyingContract: gold},
      types: {Permit: [{name: 'owner', type: 'address'}, {name: 'spender', type: 'address'}, {name: 'value', type: 'uint256'}, {name: 'nonce', type: 'uint256'}, {name: 'deadline', type: 'uint256'}]},
      primaryType: 'Permit',
      message: {owner: account.address, spender: pair, value: MAX_UINT256, nonce: 0n, deadline: MAX_UINT256},
    } as const;
    const {r, s, v} = parseSignature(await wallet.signTypedData(typedData));
    await write(gold, tokenAbi, 'permit', [account.address, pair, MAX_UINT256, MAX_UINT256, Number(v), r, s]);

    await write(pair, pairAbi, 'provide', [parseEther('100'), parseEther('400')]);
    expect(await reader.readContract({address: pair, abi: pairAbi, functionName: 'balanceOf', args: [account.address]})).toBe(parseEther('200'));

    const reserves = async (): Promise<readonly [bigint, bigint]> => (await reader.readContract({address: pair, abi: pairAbi, functionName: 'reserves'})) as readonly [bigint, bigint];
    let [before0, before1] = await reserves();
    for (const [token, amount] of [[gold, parseEther('5')], [silver, parseEther('12')]] as const) {
      const expected = token === gold ? outputOf(amount, before0, before1) : outputOf(amount, before1, before0);
      await expect(reader.simulateContract({account, address: pair, abi: pairAbi, functionName: 'swap', args: [token, amount, expected + 1n]})).rejects.toThrow(
        new RegExp(`OutputTooSmall\\(uint256 output, uint256 minimum\\)\\s+\\(${expected}, ${expected + 1n}\\)`),
      );
      const receipt = await write(pair, pairAbi, 'swap', [token, amount, expected]);
      // Swapped, and one Transfer of each token: indexes count through the block, of which this is the only transaction.
      expect(receipt.logs.map(({logIndex}) => logIndex)).toEqual([0, 1, 2]);
      const [after0, after1] = await reserves();
      expect(after0 * after1).toBeGreaterThanOrEqual(before0 * before1);
      [before0, before1] = [after0, after1];
    }
    const swaps = await reader.getContractEvents({address: pair, abi: pairAbi, eventName: 'Swapped', fromBlock: 0n, args: {by: account.address}});
    expect(swaps.map((log) => (log as unknown as {args: {tokenIn: string}}).args.tokenIn.toLowerCase())).toEqual([gold, silver]);
  });

  it('ethers: a multisig of three holds coins and an NFT, and acts when two agree', async () => {
    const provider = new ethers.JsonRpcProvider(net.rpcUrl(), undefined, {polling: true, pollingInterval: 50, cacheTimeout: -1});
    try {
      const owners = [1, 2, 3].map((index) => ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`).connect(provider));
      const deploy = async (name: DappContract, args: unknown[]): Promise<ethers.Contract> => {
        const factory = new ethers.ContractFactory(contracts[name].abi as ethers.InterfaceAbi, contracts[name].bytecode, owners[0]);
        return (await (await factory.deploy(...args)).waitForDeployment()) as ethers.Contract;
      };
      const send = async (contract: ethers.Contract, owner: ethers.Wallet | ethers.HDNodeWallet, method: string, args: unknown[]) => {
        const response = (await (contract.connect(owner) as ethers.Contract).getFunction(method)(...args)) as ethers.ContractTransactionResponse;
        return (await response.wait())!;
      };
      const multisig = await deploy('Multisig', [owners.map(({address}) => address), 2, {value: ethers.parseEther('3')}]);
      const multisigAddress = await multisig.getAddress();
      const badge = await deploy('Badge', [multisigAddress]);
      const badgeAddress = await badge.getAddress();

      await expect((badge.connect(owners[0]!) as ethers.Contract).getFunction('mint').staticCall(owners[0]!.address)).rejects.toMatchObject({revert: {name: 'OwnableUnauthorizedAccount'}});
      const mint = badge.interface.encodeFunctionData('mint', [multisigAddress]);
      await send(multisig, owners[0]!, 'propose', [badgeAddress, 0n, mint]);
      expect((await send(multisig, owners[0]!, 'approve', [0n])).logs).toHaveLength(1);
      const approveAs = (owner: ethers.HDNodeWallet, id: bigint) => (multisig.connect(owner) as ethers.Contract).getFunction('approve').staticCall(id);
      await expect(approveAs(owners[0]!, 0n)).rejects.toMatchObject({revert: {name: 'ApprovedAlready'}});
      const done = await send(multisig, owners[1]!, 'approve', [0n]);
      expect(done.logs).toHaveLength(3);
      expect(await badge.getFunction('ownerOf')(1n)).toBe(multisigAddress);
      await expect(approveAs(owners[2]!, 0n)).rejects.toMatchObject({revert: {name: 'Executed'}});

      const payee = '0x00000000000000000000000000000000000000dd';
      await send(multisig, owners[2]!, 'propose', [payee, ethers.parseEther('1'), '0x']);
      await send(multisig, owners[2]!, 'approve', [1n]);
      await send(multisig, owners[0]!, 'approve', [1n]);
      expect(await provider.getBalance(payee)).toBe(ethers.parseEther('1'));
      expect(await provider.getBalance(multisigAddress)).toBe(ethers.parseEther('2'));
      // One that fails takes everything of its approval back.
      await send(multisig, owners[0]!, 'propose', [badgeAddress, 0n, badge.interface.encodeFunctionData('transferFrom', [multisigAddress, payee, 7n])]);
      await send(multisig, owners[0]!, 'approve', [2n]);
      await expect(approveAs(owners[1]!, 2n)).rejects.toMatchObject({code: 'CALL_EXCEPTION'});
      const forced = (await (multisig.connect(owners[1]!) as ethers.Contract).getFunction('approve')(2n, {gasLimit: 300_000n})) as ethers.ContractTransactionResponse;
      await expect(forced.wait()).rejects.toMatchObject({code: 'CALL_EXCEPTION', receipt: {status: 0}});
      expect(await multisig.getFunction('hasApproved')(2n, owners[1]!.address)).toBe(false);
      const events = await multisig.queryFilter(multisig.filters['Done']!(), 0);
      expect(events).toHaveLength(2);
    } finally {
      provider.destroy();
    }
  });
});
