// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Token} from "../contracts/Token.sol";
import {Pair} from "../contracts/Pair.sol";

interface Vm {
    function startBroadcast() external;
    function stopBroadcast() external;
}

contract Deploy {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// forge looks for this mark of a script.
    bool public constant IS_SCRIPT = true;

    function run() external returns (Pair pair) {
        vm.startBroadcast();
        Token gold = new Token("Gold", "GLD", 1000 ether);
        Token silver = new Token("Silver", "SLV", 1000 ether);
        pair = new Pair(gold, silver);
        gold.approve(address(pair), type(uint256).max);
        silver.approve(address(pair), type(uint256).max);
        pair.provide(100 ether, 400 ether);
        pair.swap(gold, 5 ether, 1);
        vm.stopBroadcast();
    }
}
