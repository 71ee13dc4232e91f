// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Token} from "../contracts/Token.sol";
import {Pair} from "../contracts/Pair.sol";

interface Vm {
    function expectRevert(bytes calldata data) external;
    function assume(bool condition) external;
}

contract PairTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    Token private gold;
    Token private silver;
    Pair private pair;

    function setUp() external {
        gold = new Token("Gold", "GLD", 1e30);
        silver = new Token("Silver", "SLV", 1e30);
        pair = new Pair(gold, silver);
        gold.approve(address(pair), type(uint256).max);
        silver.approve(address(pair), type(uint256).max);
        pair.provide(100 ether, 400 ether);
    }

    function testSharesAreTheGeometricMean() external view {
        require(pair.balanceOf(address(this)) == 200 ether, "shares");
    }

    function testFuzzTheProductNeverFalls(uint96 amount, bool first) external {
        vm.assume(amount > 0);
        (uint256 before0, uint256 before1) = pair.reserves();
        pair.swap(first ? gold : silver, amount, 0);
        (uint256 after0, uint256 after1) = pair.reserves();
        require(after0 * after1 >= before0 * before1, "the product fell");
    }

    function testRefusesAStrangersToken() external {
        Token other = new Token("Other", "OTH", 1);
        vm.expectRevert(abi.encodeWithSelector(Pair.UnknownToken.selector, address(other)));
        pair.swap(other, 1, 0);
    }
}
