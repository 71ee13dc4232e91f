// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGroth16} from "../interfaces/IGroth16.sol";

/// @title An example of a contract that asks the chain to verify a Groth16 proof
/// @notice Lets an account in when it proves, in zero knowledge, the statement of one circuit. The circuit's last public
/// input is the account, so that nobody can enter with a proof seen in another's transaction.
contract ProofGate {
    IGroth16 public constant GROTH16 = IGroth16(0x0000000000000000000000000000000000000a01);

    bytes32 public immutable keyHash;
    mapping(address account => bool) public admitted;

    event Admitted(address indexed account);

    error ProofNotForCaller();
    error InvalidProof();

    /// @param verificationKey canonical bytes, see IGroth16
    constructor(bytes memory verificationKey) {
        keyHash = GROTH16.registerKey(verificationKey);
    }

    /// @param publicInputs in snarkjs' order
    /// @param proof A ‖ B ‖ C, 256 bytes
    function enter(uint256[] calldata publicInputs, bytes calldata proof) external {
        uint256 count = publicInputs.length;
        if (count == 0 || publicInputs[count - 1] != uint160(msg.sender)) revert ProofNotForCaller();
        if (!GROTH16.verify(keyHash, publicInputs, proof)) revert InvalidProof();
        admitted[msg.sender] = true;
        emit Admitted(msg.sender);
    }
}
