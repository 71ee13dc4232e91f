/** Interface ids, events and refusals, held against the texts of the ERCs. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {hashTypedData, keccak256, parseSignature, stringToBytes, toEventSelector, toFunctionSelector, zeroAddress} from 'viem';
import type {AbiEvent, AbiFunction} from 'viem';
import * as abis from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {CHAIN_ID} from '../support/evm-chain.ts';
import {SHARE, registerWithShares, shareTermsOf} from './shares-world.ts';
import {QANAT, alice, bob, carol, licensing, mallory, newChain, receipts, refusalOf, register, signers, termsOf} from './world.ts';
import type {Hex, shareTokenAt} from './world.ts';

/** The identifier of an interface by ERC-165: the exclusive or of its functions' selectors. */
function interfaceId(...signatures: readonly string[]): Hex {
  const id = signatures.reduce((sum, signature) => sum ^ BigInt(toFunctionSelector(`function ${signature}`)), 0n);
  return `0x${id.toString(16).padStart(8, '0')}`;
}

const ERC165 = interfaceId('supportsInterface(bytes4)');
const ERC20 = interfaceId(
  'totalSupply()', 'balanceOf(address)', 'transfer(address,uint256)', 'transferFrom(address,address,uint256)', 'approve(address,uint256)', 'allowance(address,address)',
);
const ERC721 = interfaceId(
  'balanceOf(address)', 'ownerOf(uint256)', 'safeTransferFrom(address,address,uint256,bytes)', 'safeTransferFrom(address,address,uint256)',
  'transferFrom(address,address,uint256)', 'approve(address,uint256)', 'setApprovalForAll(address,bool)', 'getApproved(uint256)', 'isApprovedForAll(address,address)',
);
const ERC721_METADATA = interfaceId('name()', 'symbol()', 'tokenURI(uint256)');
const ERC2612 = interfaceId('permit(address,address,uint256,uint256,uint8,bytes32,bytes32)', 'nonces(address)', 'DOMAIN_SEPARATOR()');
const ERC2981 = interfaceId('royaltyInfo(uint256,uint256)');
const ERC5192 = interfaceId('locked(uint256)');
const ERC7641 = interfaceId('claimableRevenue(address,uint256)', 'claim(uint256)', 'snapshot()', 'redeemableOnBurn(uint256)', 'burn(uint256)');
const ERC7641_TOKENS = interfaceId('claimableERC20(address,uint256,address)', 'redeemableERC20OnBurn(uint256,address)');

let chain: EvmChain;
let token: ReturnType<typeof shareTokenAt>;
beforeAll(async () => {
  chain = await newChain();
  await register(chain, termsOf(alice));
  ({token} = await registerWithShares(chain, alice, shareTermsOf([[alice, 100n * SHARE]])));
  await chain.write(bob, licensing, 'buy', [1n, 2, bob], {value: QANAT});
});

describe('ERC-165', () => {
  it('has the ids that the texts give', () => {
    expect([ERC165, ERC721, ERC721_METADATA, ERC2981, ERC5192]).toEqual(['0x01ffc9a7', '0x80ac58cd', '0x5b5e139f', '0x2a55205a', '0xb45a3c0e']);
  });

  it.each([
    ['Licensing', () => licensing, [ERC165, ERC721, ERC721_METADATA, ERC2981]],
    ['OwnershipReceipts', () => receipts, [ERC165, ERC721, ERC721_METADATA, ERC5192]],
    ['ShareToken', () => token, [ERC165, ERC20, ERC2612, ERC7641, ERC7641_TOKENS]],
  ] as const)('of %s says what it supports, and denies the rest', async (_, contract, ids) => {
    const {address} = contract();
    const known = {address, abi: abis.shareTokenAbi} as const;
    for (const id of ids) expect(await chain.read(known, 'supportsInterface', [id])).toBe(true);
    for (const id of ['0xffffffff', '0x12345678'] as const) expect(await chain.read(known, 'supportsInterface', [id])).toBe(false);
  });
});

describe('events', () => {
  const indexed = (abi: readonly unknown[], name: string) =>
    (abi as readonly AbiEvent[]).filter((item) => item.type === 'event' && item.name === name).map((item) => item.inputs.map((input) => `${input.type}${input.indexed ? ' indexed' : ''}`).join());

  it('have the shapes of ERC-20, 721 and 5192', () => {
    expect(indexed(abis.shareTokenAbi, 'Transfer')).toEqual(['address indexed,address indexed,uint256']);
    expect(indexed(abis.shareTokenAbi, 'Approval')).toEqual(['address indexed,address indexed,uint256']);
    for (const abi of [abis.licensingAbi, abis.ownershipReceiptsAbi]) {
      expect(indexed(abi, 'Transfer')).toEqual(['address indexed,address indexed,uint256 indexed']);
      expect(indexed(abi, 'Approval')).toEqual(['address indexed,address indexed,uint256 indexed']);
      expect(indexed(abi, 'ApprovalForAll')).toEqual(['address indexed,address indexed,bool']);
    }
    expect(indexed(abis.ownershipReceiptsAbi, 'Locked')).toEqual(['uint256']);
  });

  it('of minting are Transfer from nobody, and Locked for receipts', async () => {
    const {logs} = await chain.write(alice, {address: '0x0000000000000000000000000000000000001011', abi: abis.assetRegistryAbi}, 'register', [termsOf(alice), ['0x']]);
    const [transfer, locked] = logs.filter(({address}) => address === receipts.address);
    expect(transfer?.topics.slice(0, 2)).toEqual([toEventSelector('Transfer(address,address,uint256)'), `0x${'00'.repeat(32)}`]);
    expect(locked?.topics).toEqual([toEventSelector('Locked(uint256)')]);
  });
});

describe('mutability', () => {
  it('is that of the texts: nothing that writes looks as if it only read', () => {
    const written = ['transferFrom', 'safeTransferFrom', 'approve', 'setApprovalForAll', 'transfer', 'permit', 'claim', 'burn', 'snapshot'];
    for (const abi of [abis.licensingAbi, abis.ownershipReceiptsAbi, abis.shareTokenAbi]) {
      for (const item of (abi as readonly unknown[] as readonly AbiFunction[]).filter(({type, name}) => type === 'function' && written.includes(name))) {
        expect(item.stateMutability).toBe('nonpayable');
      }
    }
  });
});

describe('ERC-721', () => {
  it.each([['Licensing', licensing], ['OwnershipReceipts', receipts]] as const)('of %s refuses what the text says', async (_, {address}) => {
    const contract = {address, abi: abis.licensingAbi} as const;
    expect(await refusalOf(chain.read(contract, 'balanceOf', [zeroAddress]))).toBe('ERC721InvalidOwner');
    expect(await refusalOf(chain.read(contract, 'ownerOf', [999n]))).toBe('ERC721NonexistentToken');
    expect(await refusalOf(chain.read(contract, 'getApproved', [999n]))).toBe('ERC721NonexistentToken');
    expect(await refusalOf(chain.read(contract, 'tokenURI', [999n]))).toBe('ERC721NonexistentToken');
  });

  it('transfers of licences need the owner, an approved account or an operator', async () => {
    expect(await refusalOf(chain.write(mallory, licensing, 'transferFrom', [bob, mallory, 1n]))).toBe('ERC721InsufficientApproval');
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [carol, bob, 1n]))).toBe('ERC721IncorrectOwner');
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, zeroAddress, 1n]))).toBe('ERC721InvalidReceiver');
    expect(await refusalOf(chain.write(bob, licensing, 'safeTransferFrom', [bob, receipts.address, 1n]))).toBe('ERC721InvalidReceiver');
    await chain.write(bob, licensing, 'approve', [carol, 1n]);
    await chain.write(carol, licensing, 'transferFrom', [bob, carol, 1n]);
    // An approval ends with the transfer.
    expect(await chain.read(licensing, 'getApproved', [1n])).toBe(zeroAddress);
    await chain.write(carol, licensing, 'setApprovalForAll', [bob, true]);
    await chain.write(bob, licensing, 'transferFrom', [carol, bob, 1n]);
  });
});

describe('ERC-20 and ERC-2612', () => {
  it('refuse what is not there or not allowed, and take zero', async () => {
    expect(await chain.read(token, 'decimals', [])).toBe(18);
    expect(await refusalOf(chain.write(bob, token, 'transfer', [carol, 1n]))).toBe('ERC20InsufficientBalance');
    expect(await refusalOf(chain.write(bob, token, 'transfer', [carol, 2n ** 256n - 1n]))).toBe('ERC20InsufficientBalance');
    expect(await refusalOf(chain.write(bob, token, 'transferFrom', [alice, bob, 1n]))).toBe('ERC20InsufficientAllowance');
    expect(await refusalOf(chain.write(alice, token, 'transfer', [zeroAddress, 1n]))).toBe('ERC20InvalidReceiver');
    const {logs} = await chain.write(bob, token, 'transfer', [carol, 0n]);
    expect(logs).toHaveLength(1);
  });

  it('take a permit once, in time, from its owner', async () => {
    const owner = signers.find(({address}) => address.toLowerCase() === alice)!;
    const deadline = chain.timestamp + 60n;
    const domain = {name: 'Shares', version: '1', chainId: Number(CHAIN_ID), verifyingContract: token.address} as const;
    const types = {
      Permit: [
        {name: 'owner', type: 'address'}, {name: 'spender', type: 'address'}, {name: 'value', type: 'uint256'}, {name: 'nonce', type: 'uint256'}, {name: 'deadline', type: 'uint256'},
      ],
    } as const;
    const message = {owner: alice, spender: bob, value: 5n, nonce: 0n, deadline};
    expect(await chain.read(token, 'DOMAIN_SEPARATOR', [])).toBe(domainSeparator(domain));
    const {r, s, yParity} = parseSignature(await owner.signTypedData({domain, types, primaryType: 'Permit', message}));
    const permit = (value: bigint, until = deadline) => chain.write(mallory, token, 'permit', [alice, bob, value, until, 27 + yParity, r, s]);
    expect(await refusalOf(permit(6n))).toBe('ERC2612InvalidSigner');
    await permit(5n);
    expect(await chain.read(token, 'allowance', [alice, bob])).toBe(5n);
    expect(await chain.read(token, 'nonces', [alice])).toBe(1n);
    expect(await refusalOf(permit(5n))).toBe('ERC2612InvalidSigner');
    chain.increaseTime(61n);
    expect(await refusalOf(permit(5n))).toBe('ERC2612ExpiredSignature');
    expect(hashTypedData({domain, types, primaryType: 'Permit', message})).toMatch(/^0x/);
  });

  it('count votes by time, once delegated (ERC-5805, ERC-6372)', async () => {
    expect(await chain.read(token, 'CLOCK_MODE', [])).toBe('mode=timestamp');
    expect(await chain.read(token, 'clock', [])).toBe(Number(chain.timestamp));
    await chain.write(alice, token, 'delegate', [carol]);
    const then = chain.timestamp;
    chain.increaseTime(10n);
    await chain.write(alice, token, 'transfer', [bob, 40n * SHARE]);
    chain.increaseTime(1n);
    expect(await chain.read(token, 'getVotes', [carol])).toBe(60n * SHARE);
    expect(await chain.read(token, 'getPastVotes', [carol, then])).toBe(100n * SHARE);
    expect(await chain.read(token, 'getPastTotalSupply', [then])).toBe(100n * SHARE);
  });
});

/** EIP-712's domain separator, by its text. */
function domainSeparator({name, version, chainId, verifyingContract}: {name: string; version: string; chainId: number; verifyingContract: Hex}): Hex {
  const word = (value: string) => value.replace(/^0x/, '').padStart(64, '0');
  const type = keccak256(stringToBytes('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'));
  const parts = [type, keccak256(stringToBytes(name)), keccak256(stringToBytes(version)), chainId.toString(16), verifyingContract];
  return keccak256(`0x${parts.map(word).join('')}`);
}
