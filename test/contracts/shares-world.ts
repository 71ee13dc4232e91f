/** Assets with shares, and ERC-20 tokens of several characters, for the tests of revenue. */
import {hashShareTerms} from '#protocols/client';
import type {AssetTermsInput, ShareTerms} from '#protocols/client';
import {sharesAbi} from '#protocols/abi';
import type {EvmChain} from '../support/evm-chain.ts';
import {compile} from '../support/solc.ts';
import {eventsOf, register, shareTokenAt, shares, termsOf} from './world.ts';
import type {Hex} from './world.ts';

/** One share in its smallest units. */
export const SHARE = 10n ** 18n;

export function shareTermsOf(
  allocations: readonly (readonly [Hex, bigint, {readonly cliff?: number; readonly duration?: number}?])[],
  redeemRatio = 0,
): ShareTerms {
  return {
    name: 'Shares',
    symbol: 'SHR',
    redeemRatio,
    allocations: allocations.map(([account, amount, {cliff = 0, duration = 0} = {}]) => ({account, amount, cliff, duration})),
  };
}

/** Registers an asset with shares and makes them. */
export async function registerWithShares(
  chain: EvmChain,
  creator: Hex,
  terms: ShareTerms,
  changes: Partial<AssetTermsInput> = {},
) {
  const assetId = await register(chain, termsOf(creator, {sharesRatio: 5_000, shareTerms: hashShareTerms(terms), ...changes}));
  const receipt = await chain.write(creator, shares, 'create', [assetId, terms]);
  const token = eventsOf(receipt, sharesAbi, 'SharesCreated')[0]?.args.token.toLowerCase() as Hex;
  return {assetId, token: shareTokenAt(token)};
}

/** ERC-20 tokens: Good keeps its word, Taxed takes 1 % of each transfer, Elastic can shrink all balances. */
export function tokens() {
  return compile(`
    pragma solidity ^0.8.28;
    import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
    contract Good is ERC20 {
      constructor() ERC20("Good", "GOOD") {}
      function mint(address to, uint256 amount) external { _mint(to, amount); }
    }
    contract Taxed is ERC20 {
      constructor() ERC20("Taxed", "TAX") {}
      function mint(address to, uint256 amount) external { _mint(to, amount); }
      function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
      }
    }
    contract Elastic is ERC20 {
      uint256 public divisor = 1;
      constructor() ERC20("Elastic", "ELA") {}
      function mint(address to, uint256 amount) external { _mint(to, amount); }
      function shrink() external { divisor *= 2; }
      function balanceOf(address account) public view override returns (uint256) { return super.balanceOf(account) / divisor; }
    }
    contract Hostile is ERC20 {
      address public target;
      bytes public data;
      constructor() ERC20("Hostile", "BAD") {}
      function mint(address to, uint256 amount) external { _mint(to, amount); }
      function arm(address target_, bytes calldata data_) external { target = target_; data = data_; }
      function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target != address(0)) {
          (bool ok, bytes memory reason) = target.call(data);
          if (!ok) assembly { revert(add(reason, 0x20), mload(reason)) }
        }
      }
    }`);
}
