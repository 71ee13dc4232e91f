// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";

/// @title The proxy that stands at each system contract's address
/// @notice Forwards every call to its implementation. Governance, and nobody else, may set another one.
///
/// It is placed by genesis, never deployed: its implementation and its admin are written to the slots of ERC-1967 in
/// the genesis state, there is no constructor and no initializer. The admin cannot be changed.
/// @dev Unlike OpenZeppelin's transparent proxy, governance reaches the implementation through here as everyone does, for
/// functions that only it may call. One selector is taken from implementations, that of `upgradeToAndCall`; a test
/// checks that none has it.
/// @custom:source ERC-1967
contract SystemProxy is Proxy {
    error NotGovernance(address caller);

    /// @notice Sets the implementation and, when data is given, calls it with that data. Emits Upgraded (ERC-1967).
    function upgradeToAndCall(address implementation, bytes calldata data) external payable {
        if (msg.sender != ERC1967Utils.getAdmin()) revert NotGovernance(msg.sender);
        ERC1967Utils.upgradeToAndCall(implementation, data);
    }

    /// @dev Plain transfers are forwarded too: the implementation says whether it takes them.
    receive() external payable {
        _fallback();
    }

    function _implementation() internal view override returns (address) {
        return ERC1967Utils.getImplementation();
    }
}
