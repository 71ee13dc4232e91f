import {beforeEach, describe, expect, it} from '@jest/globals';
import {encodeAbiParameters, keccak256, zeroHash} from 'viem';
import {GOVERNANCE_ADDRESS, LicenseKind, LicenseStatus, Right, licenseMenu} from '#protocols/client';
import type {LicenseTerms} from '#protocols/client';
import {licensingAbi, vaultAccessAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {FUNDING} from '../support/evm-chain.ts';
import {
  QANAT, alice, attribution, bob, carol, dave, disputes, eventsOf, licenseTerms, licensing, mallory, metering, newChain, refusalOf,
  register, termsOf, vault,
} from './world.ts';
import type {Hex} from './world.ts';

const DAY = 86_400n;
const HOUR = 3_600n;
const COMMITMENT = keccak256('0x5ec4e7');
const BOND = {value: QANAT};

let chain: EvmChain;
beforeEach(async () => {
  chain = await newChain();
});

async function sell(changes: Partial<LicenseTerms> = {}): Promise<bigint> {
  const assetId = await register(chain, termsOf(alice, {licenses: licenseTerms({deliveryTimeout: Number(HOUR), fullAccessPrice: 100n, ...changes})}));
  await chain.write(alice, vault, 'setVault', [assetId, dave, COMMITMENT, 'https://vault.example']);
  return assetId;
}
const buy = () => chain.write(bob, licensing, 'buyWithDelivery', [1n, '0x04aa'], {value: 100n});
const deliver = (from: Hex = dave) => chain.write(from, licensing, 'deliverKey', [1n, '0xe7']);
const may = (account: Hex, right: Right = Right.access) => chain.read(licensing, 'isAuthorized', [account, 1n, right]);
const statusOf = async () => (await chain.read(licensing, 'getLicense', [1n])).status;
const file = (from: Hex, licenseId = 1n) => chain.write(from, disputes, 'file', [licenseId, zeroHash], BOND);

describe('full access with a key', () => {
  it('is paid when the key is delivered and not contested', async () => {
    await sell();
    const receipt = await buy();
    expect(eventsOf(receipt, licensingAbi, 'KeyAwaited')[0]?.args).toMatchObject({keyCommitment: COMMITMENT, until: chain.timestamp + HOUR});
    expect([await may(bob), await statusOf()]).toEqual([false, LicenseStatus.pending]);
    expect(await chain.balance(licensing.address)).toBe(100n);
    expect(await refusalOf(deliver(mallory))).toBe('NotLicensor');
    expect(await refusalOf(chain.write(dave, licensing, 'deliverKey', [1n, '0x']))).toBe('InvalidKeyLength');
    await deliver();
    expect([await may(bob), await statusOf()]).toEqual([true, LicenseStatus.active]);
    expect(await chain.read(vault, 'grantedVersion', [1n, bob])).toBe(1);
    expect(await refusalOf(deliver())).toBe('WrongEscrowStatus');
    expect(await refusalOf(chain.write(mallory, licensing, 'releasePayment', [1n]))).toBe('TooEarly');
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, carol, 1n]))).toBe('NotTransferable');
    chain.increaseTime(DAY + 1n);
    await chain.write(mallory, licensing, 'releasePayment', [1n]);
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(100n);
    expect(await refusalOf(chain.write(bob, licensing, 'releasePayment', [1n]))).toBe('WrongEscrowStatus');
    await chain.write(bob, licensing, 'transferFrom', [bob, carol, 1n]);
    expect([await may(bob), await may(carol)]).toEqual([false, true]);
  });

  it('is refunded when the key does not come in time', async () => {
    await sell();
    await buy();
    chain.increaseTime(HOUR);
    expect(await refusalOf(chain.write(bob, licensing, 'refundUndelivered', [1n]))).toBe('TooEarly');
    chain.increaseTime(1n);
    expect(await refusalOf(deliver())).toBe('TooLate');
    await chain.write(mallory, licensing, 'refundUndelivered', [1n]);
    expect(await refusalOf(chain.write(bob, licensing, 'refundUndelivered', [1n]))).toBe('WrongEscrowStatus');
    expect([await may(bob), await statusOf()]).toEqual([false, LicenseStatus.refunded]);
    expect(await refusalOf(chain.write(mallory, licensing, 'withdrawRefund', [mallory]))).toBe('NothingToWithdraw');
    await chain.write(bob, licensing, 'withdrawRefund', [carol]);
    expect(await chain.balance(carol)).toBe(FUNDING + 100n);
  });

  it('is bought in the way that the terms provide for', async () => {
    await sell();
    expect(await refusalOf(chain.write(bob, licensing, 'buy', [1n, LicenseKind.fullAccess, bob], {value: 100n}))).toBe('KeyDeliveryNeeded');
    expect(await refusalOf(chain.write(bob, licensing, 'buyWithDelivery', [1n, '0x'], {value: 100n}))).toBe('InvalidKeyLength');
    expect(await refusalOf(chain.write(bob, licensing, 'buyWithDelivery', [1n, `0x${'00'.repeat(257)}`], {value: 100n}))).toBe('InvalidKeyLength');
    const open = await register(chain, termsOf(alice));
    expect(await refusalOf(chain.write(bob, licensing, 'buyWithDelivery', [open, '0x04'], {value: QANAT}))).toBe('NoKeyToDeliver');
  });
});

describe('a contested key', () => {
  beforeEach(async () => {
    await sell();
    await buy();
    await deliver();
  });

  it('is paid back when the licensor says nothing', async () => {
    expect(await refusalOf(chain.write(bob, disputes, 'file', [1n, zeroHash], {value: 1n}))).toBe('WrongBond');
    await file(bob);
    expect(await refusalOf(chain.write(bob, licensing, 'releasePayment', [1n]))).toBe('WrongEscrowStatus');
    expect(await refusalOf(chain.write(mallory, disputes, 'conclude', [1n]))).toBe('WindowOpen');
    chain.increaseTime(3n * DAY + 1n);
    expect(await refusalOf(chain.write(alice, disputes, 'contest', [1n, zeroHash], BOND))).toBe('WindowClosed');
    await chain.write(mallory, disputes, 'conclude', [1n]);
    expect([await may(bob), await statusOf()]).toEqual([false, LicenseStatus.refunded]);
    await chain.write(bob, licensing, 'withdrawRefund', [bob]);
    await chain.write(bob, disputes, 'withdrawBond', [bob]);
    expect(await chain.balance(bob)).toBe(FUNDING);
    expect(await refusalOf(chain.write(bob, disputes, 'withdrawBond', [bob]))).toBe('NoBondToWithdraw');
  });

  it('is decided by the arbiter when both have put up a bond', async () => {
    await file(bob);
    expect(await refusalOf(chain.write(mallory, disputes, 'contest', [1n, zeroHash], BOND))).toBe('NotRespondent');
    await chain.write(alice, disputes, 'contest', [1n, zeroHash], BOND);
    expect(await refusalOf(chain.write(alice, disputes, 'decide', [1n, false]))).toBe('NotArbiter');
    await chain.write(GOVERNANCE_ADDRESS, disputes, 'decide', [1n, false]);
    expect([await may(bob), await statusOf()]).toEqual([true, LicenseStatus.active]);
    expect(await chain.read(attribution, 'claimable', [1n, alice])).toBe(100n);
    expect([await chain.read(disputes, 'bondOf', [alice]), await chain.read(disputes, 'bondOf', [bob])]).toEqual([2n * QANAT, 0n]);
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, disputes, 'decide', [1n, true]))).toBe('WrongDisputeStatus');
  });

  it('goes back to the buyer when the arbiter does not decide', async () => {
    await file(bob);
    await chain.write(alice, disputes, 'contest', [1n, zeroHash], BOND);
    expect(await refusalOf(chain.write(bob, disputes, 'lapse', [1n]))).toBe('WindowOpen');
    chain.increaseTime(30n * DAY + 1n);
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, disputes, 'decide', [1n, false]))).toBe('WindowClosed');
    await chain.write(mallory, disputes, 'lapse', [1n]);
    expect(await chain.read(licensing, 'refundOf', [bob])).toBe(100n);
    expect([await chain.read(disputes, 'bondOf', [alice]), await chain.read(disputes, 'bondOf', [bob])]).toEqual([QANAT, QANAT]);
  });

  it('cannot be contested late, by others, or kept from it by a claim of the licensor', async () => {
    expect(await refusalOf(file(alice))).toBe('NotDisputable');
    expect(await refusalOf(file(mallory))).toBe('NotAParty');
    chain.increaseTime(DAY + 1n);
    expect(await refusalOf(file(bob))).toBe('TooLate');
    expect(await refusalOf(chain.write(bob, licensing, 'freezeEscrow', [1n]))).toBe('NotModule');
    expect(await refusalOf(chain.write(bob, licensing, 'decideEscrow', [1n, true]))).toBe('NotModule');
  });
});

describe('a breach by a licensee', () => {
  const contestable = () => sell({deliveryTimeout: 0, arbiter: carol});
  const buyOpen = () => chain.write(bob, licensing, 'buy', [1n, LicenseKind.fullAccess, bob], {value: 100n});

  it('ends the licence when the arbiter of the terms upholds it', async () => {
    await contestable();
    await buyOpen();
    await file(alice);
    expect(await chain.read(disputes, 'openDispute', [1n])).toBe(1n);
    expect(await refusalOf(file(alice))).toBe('DisputeOpen');
    // No selling it while it is disputed.
    expect(await refusalOf(chain.write(bob, licensing, 'transferFrom', [bob, mallory, 1n]))).toBe('NotTransferable');
    await chain.write(bob, disputes, 'contest', [1n, zeroHash], BOND);
    expect(await refusalOf(chain.write(GOVERNANCE_ADDRESS, disputes, 'decide', [1n, true]))).toBe('NotArbiter');
    await chain.write(carol, disputes, 'decide', [1n, true]);
    expect([await may(bob), await statusOf()]).toEqual([false, LicenseStatus.revoked]);
    expect(await chain.read(disputes, 'bondOf', [alice])).toBe(2n * QANAT);
    expect(await refusalOf(file(alice))).toBe('NotDisputable');
    expect(await chain.balance(disputes.address)).toBe(2n * QANAT);
  });

  it('that is not upheld costs the licensor its bond', async () => {
    await contestable();
    await buyOpen();
    await file(alice);
    await chain.write(bob, disputes, 'contest', [1n, zeroHash], BOND);
    await chain.write(carol, disputes, 'decide', [1n, false]);
    expect([await may(bob), await chain.read(disputes, 'bondOf', [bob])]).toEqual([true, 2n * QANAT]);
    await chain.write(bob, licensing, 'transferFrom', [bob, mallory, 1n]);
    expect(await refusalOf(file(bob))).toBe('NotAParty');
    expect(await refusalOf(file(mallory))).toBe('WrongEscrowStatus');
  });

  it('leaves the balance of an API licence to its holder', async () => {
    await sell({menu: licenseMenu(LicenseKind.api), callPrice: 1n});
    await chain.write(bob, metering, 'open', [1n], {value: 50n});
    await file(alice);
    chain.increaseTime(3n * DAY + 1n);
    await chain.write(alice, disputes, 'conclude', [1n]);
    expect(await may(bob, Right.call)).toBe(false);
    await chain.write(bob, metering, 'refund', [1n, bob]);
    expect(await chain.balance(bob)).toBe(FUNDING);
  });
});

describe('a vault', () => {
  it('gives its key to those who have access, and writes it down', async () => {
    await sell({deliveryTimeout: 0});
    expect(await refusalOf(chain.write(bob, vault, 'requestKey', [1n, '0x04']))).toBe('AccessDenied');
    expect(await refusalOf(chain.write(dave, vault, 'grantKey', [1n, bob, '0xe7']))).toBe('AccessDenied');
    expect(await chain.read(vault, 'mayHaveKey', [bob, 1n])).toBe(false);
    await chain.write(bob, licensing, 'buy', [1n, LicenseKind.fullAccess, bob], {value: 100n});
    expect(await chain.read(vault, 'mayHaveKey', [bob, 1n])).toBe(true);
    await chain.write(bob, vault, 'requestKey', [1n, '0x04']);
    expect(await refusalOf(chain.write(mallory, vault, 'grantKey', [1n, bob, '0xe7']))).toBe('NotCustodian');
    expect(await refusalOf(chain.write(dave, vault, 'grantKey', [1n, bob, `0x${'00'.repeat(513)}`]))).toBe('InvalidKeyLength');
    const receipt = await chain.write(dave, vault, 'grantKey', [1n, bob, '0xe7']);
    const head = keccak256(
      encodeAbiParameters(
        ['bytes32', 'uint64', 'uint32', 'address', 'bytes32', 'uint256'].map((type) => ({type})),
        [zeroHash, 1n, 1, bob, keccak256('0xe7'), chain.timestamp],
      ),
    );
    expect(eventsOf(receipt, vaultAccessAbi, 'KeyGranted')[0]?.args).toMatchObject({keyVersion: 1, entry: 1n, logHead: head});
    expect(await chain.read(vault, 'getVault', [1n])).toMatchObject({logLength: 1n, logHead: head, keyVersion: 1});
  });

  it('is set by the creator, and has a new key version with a new commitment', async () => {
    await sell();
    expect(await refusalOf(chain.write(mallory, vault, 'setVault', [1n, mallory, COMMITMENT, '']))).toBe('NotVaultOwner');
    expect(await refusalOf(chain.write(alice, vault, 'setVault', [1n, dave, zeroHash, '']))).toBe('InvalidVault');
    await chain.write(alice, vault, 'setVault', [1n, bob, COMMITMENT, '']);
    expect((await chain.read(vault, 'getVault', [1n])).keyVersion).toBe(1);
    await chain.write(alice, vault, 'setVault', [1n, bob, keccak256(COMMITMENT), '']);
    expect((await chain.read(vault, 'getVault', [1n])).keyVersion).toBe(2);
    expect([await chain.read(vault, 'isCustodian', [1n, bob]), await chain.read(vault, 'isCustodian', [1n, dave])]).toEqual([true, false]);
    expect(await refusalOf(chain.read(vault, 'getVault', [9n]))).toBe('NoVault');
    expect(await refusalOf(chain.write(alice, vault, 'logDelivery', [1n, bob, '0x01']))).toBe('OnlyLicensing');
  });
});
