// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {QueryRation} from "../libraries/QueryRation.sol";
import {IOracleTypes} from "./IOracleTypes.sol";

/// @title The inference oracle, the system contract at 0x…1020
/// @notice Anyone pays for an inference of a listed model; whoever may answers; the chain checks as the mode says, settles
/// and calls back. The fee is in escrow until the result is final, and goes back when none comes in time.
///
/// zk: the model's creator lists it with the verification key of its circuit and the commitment to its weights; any prover
/// answers with a proof. The circuit's public signals are, in this order: outputs, commitment, context, inputs. A negative
/// number x stands for r - |x|, r being the order of BN254's scalar field. The context binds a proof to one chain, oracle,
/// request and prover, so a proof can be neither replayed nor stolen from the mempool: see `contextOf`.
///
/// attested: the request is given to an operator (IOracleOperators) whose signature the result carries; a requester trusts
/// that operator. optimistic and hybrid: an operator proposes a result, which is final when the dispute game
/// (IDisputeResolver) has upheld it; refused as long as there is no dispute game that accepts them.
///
/// Every request is a job of the native record (IInference, 0x…0a10) under its id as key: model and input when it is made,
/// output and trace when it is final.
/// @dev One address, two parts: this interface, and ICallbackOracle, which is also called at 0x…1020.
/// @custom:source ORA's on-chain AI oracle; Sahara AI litepaper, "Execution Layer"
interface IInferenceOracle is IOracleTypes {
    /// @notice Lists a model or adapter in zk mode. Only the asset's creator; once.
    /// @param keyHash a key registered with the Groth16 native contract, with outputCount + 2 + inputCount public inputs
    /// @param commitment the weights' commitment, below the field's modulus. It belongs to one asset: provers find the
    /// model by it, so a second asset with the same one would earn what the first one's contributors are owed
    /// @param price of an inference, in wei
    /// @param proverFee part of the price that goes to the prover, at most half of it
    function listModel(
        uint256 assetId,
        bytes32 keyHash,
        uint256 commitment,
        uint16 inputCount,
        uint16 outputCount,
        uint128 price,
        uint128 proverFee
    ) external;

    /// @notice Lowers the price of an inference, for requests to come. Only the asset's creator.
    function lowerPrice(uint256 assetId, uint128 price) external;

    /// @notice Asks for an inference in zk mode. The value sent must be the model's price to the wei; it stays in escrow
    /// until the request is answered or refunded.
    /// @param input the model's input, each number within int128
    /// @param callback the contract to call back (IInferenceConsumer), or the zero address
    /// @param callbackGas gas for the callback, at most 2,000,000; paid for by the prover, who may decline
    function request(
        uint256 assetId,
        int256[] calldata input,
        address callback,
        uint32 callbackGas
    ) external payable returns (uint256 requestId);

    /// @notice Rations a model's queries. Only the asset's creator; once, and before the first request: the terms freeze.
    /// @dev See QueryRation for what proofs cannot do about distillation and what this can.
    function setRation(uint256 assetId, QueryRation.Terms calldata terms) external;

    /// @notice Answers a request: the first valid answer settles it. The caller is the prover that the proof names.
    /// @param input the request's input, as in its InferenceRequested event (the chain keeps only its hash)
    /// @param output the model's output, each number within int128
    /// @param proof 256 bytes, see IGroth16
    function answer(
        uint256 requestId,
        int256[] calldata input,
        int256[] calldata output,
        bytes calldata proof
    ) external;

    /// @notice Pays a request that was not answered in time back to its requester. Anyone may call it.
    function refund(uint256 requestId) external;

    /// @notice As `refund`, paying `recipient`. Only the requester: for contracts that do not take plain payments.
    function refundTo(uint256 requestId, address payable recipient) external;

    /// @notice Wei per gas that a request pays for its callback, as set by governance.
    function callbackGasPrice() external view returns (uint256);

    function setCallbackGasPrice(uint256 price) external;

    /// @notice A model's rationing; all zero when there is none.
    function rationOf(uint256 assetId) external view returns (QueryRation.Terms memory);

    /// @notice What the next query costs an account where queries are rationed, without an operator's fee and callback gas.
    function rationedPrice(uint256 assetId, uint128 basePrice, address account) external view returns (uint256);

    /// @notice Pays the caller's fees and surpluses to `recipient`.
    function withdrawProverFees(address payable recipient) external returns (uint256 amount);

    /// @notice uint256(keccak256(abi.encode(block.chainid, oracle, requestId, prover))) modulo r.
    function contextOf(uint256 requestId, address prover) external view returns (uint256);

    /// @notice Reverts with ModelNotListed.
    function getModel(uint256 assetId) external view returns (Model memory);

    /// @notice Reverts with UnknownRequest.
    function getRequest(uint256 requestId) external view returns (Request memory);

    /// @notice The asset listed with this commitment; 0 when there is none.
    function assetOfCommitment(uint256 commitment) external view returns (uint256 assetId);

    /// @notice Requests so far; ids are 1 to this number.
    function requestCount() external view returns (uint256);

    /// @notice Whether the result is final, never to change.
    function isFinalized(uint256 requestId) external view returns (bool);

    /// @notice Fees earned, and surpluses of own requests, not yet withdrawn, in wei.
    function proverBalance(address prover) external view returns (uint256);

    /// @notice Payments of pending requests, in wei.
    function escrowed() external view returns (uint256);
}
