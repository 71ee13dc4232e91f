// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGroth16} from "../interfaces/IGroth16.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";
import {FieldNumbers} from "../libraries/FieldNumbers.sol";
import {QueryRation} from "../libraries/QueryRation.sol";
import {SystemAddresses} from "../system/SystemAddresses.sol";
import {OracleBase} from "./OracleBase.sol";

/// @title Requests that are answered with a proof
abstract contract ZkRequests is IInferenceOracle, OracleBase {
    using QueryRation for QueryRation.Ration;

    /// @dev The prover's part is at most 1 / 2 of the price.
    uint256 private constant PROVER_FEE_DIVISOR = 2;

    IGroth16 private constant GROTH16 = IGroth16(SystemAddresses.GROTH16);

    /// @inheritdoc IInferenceOracle
    function listModel(
        uint256 assetId,
        bytes32 keyHash,
        uint256 commitment,
        uint16 inputCount,
        uint16 outputCount,
        uint128 price,
        uint128 proverFee
    ) external {
        _checkModel(assetId);
        InferenceOracleStorage storage $ = _storage();
        if ($.models[assetId].outputCount != 0) revert ModelAlreadyListed(assetId);
        // The greatest model is the one whose numbers a key can have as public inputs: 256, less two.
        if (inputCount == 0 || outputCount == 0) revert InvalidShape(inputCount, outputCount);
        if (commitment >= FieldNumbers.FIELD_ORDER) revert CommitmentOutOfField(commitment);
        _checkProverFee(price, proverFee);
        if (!GROTH16.isRegistered(keyHash)) revert KeyNotRegistered(keyHash);
        uint256 expected = uint256(outputCount) + 2 + inputCount;
        uint256 keyCount = GROTH16.publicInputCount(keyHash);
        if (keyCount != expected) revert PublicInputCountMismatch(keyCount, expected);
        uint256 listedAsset = $.assetOfCommitment[commitment];
        if (listedAsset != 0) revert CommitmentAlreadyListed(commitment, listedAsset);

        $.assetOfCommitment[commitment] = assetId;
        $.models[assetId] = Model(keyHash, commitment, inputCount, outputCount, price, proverFee);
        emit ModelListed(assetId, keyHash, commitment, inputCount, outputCount, price, proverFee);
    }

    /// @inheritdoc IInferenceOracle
    function lowerPrice(uint256 assetId, uint128 price) external {
        Model storage model = _listed(assetId);
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotCreator(assetId, msg.sender);
        uint128 previousPrice = model.price;
        if (price >= previousPrice) revert PriceNotLower(price, previousPrice);
        _checkProverFee(price, model.proverFee);
        model.price = price;
        emit PriceLowered(assetId, previousPrice, price);
    }

    /// @inheritdoc IInferenceOracle
    function request(
        uint256 assetId,
        int256[] calldata input,
        address callback,
        uint32 callbackGas
    ) external payable returns (uint256 requestId) {
        Model storage model = _listed(assetId);
        uint256 price = _storage().rations[assetId].charge(assetId, model.price, msg.sender);
        if (msg.value != price) revert WrongPayment(msg.value, price);
        (requestId, ) = _requestZk(assetId, model, input, callback, callbackGas, price, model.proverFee);
    }

    /// @inheritdoc IInferenceOracle
    /// @dev The request is final, and paid for, before the callback runs; the guard keeps that callback out of the other
    /// functions that move coin, but it may make requests of its own.
    function answer(
        uint256 requestId,
        int256[] calldata input,
        int256[] calldata output,
        bytes calldata proof
    ) external nonReentrant {
        Entry storage entry = _open(requestId);
        if (entry.mode != Mode.Zk) revert WrongMode(requestId, entry.mode);
        _inTime(requestId, entry);
        if (keccak256(abi.encode(input)) != _inputHashOf(requestId)) revert InputMismatch(requestId);
        uint256 context = contextOf(requestId, msg.sender);
        _verify(_storage().models[entry.assetId], requestId, context, input, output, proof);

        bytes memory encoded = abi.encode(output);
        emit InferenceAnswered(requestId, entry.assetId, msg.sender, output);
        // There is no trace: what the proof is bound to stands in its place.
        _settle(requestId, entry, msg.sender, keccak256(encoded), bytes32(context));
        if (entry.callbackKind == CallbackKind.Bytes) {
            emit AICallbackResult(entry.requester, requestId, msg.sender, encoded);
        }
        _callBack(requestId, entry, encoded);
    }

    /// @inheritdoc IInferenceOracle
    function contextOf(uint256 requestId, address prover) public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), requestId, prover))) %
            FieldNumbers.FIELD_ORDER;
    }

    /// @inheritdoc IInferenceOracle
    function getModel(uint256 assetId) external view returns (Model memory) {
        return _listed(assetId);
    }

    /// @inheritdoc IInferenceOracle
    function assetOfCommitment(uint256 commitment) external view returns (uint256 assetId) {
        return _storage().assetOfCommitment[commitment];
    }

    function _verify(
        Model storage model,
        uint256 requestId,
        uint256 context,
        int256[] calldata input,
        int256[] calldata output,
        bytes calldata proof
    ) private view {
        uint256 outputCount = model.outputCount;
        if (output.length != outputCount) revert WrongOutputCount(output.length, outputCount);
        FieldNumbers.checkRange(output);
        uint256[] memory publicInputs = new uint256[](outputCount + 2 + input.length);
        FieldNumbers.write(publicInputs, 0, output);
        publicInputs[outputCount] = model.commitment;
        publicInputs[outputCount + 1] = context;
        FieldNumbers.write(publicInputs, outputCount + 2, input);
        if (!GROTH16.verify(model.keyHash, publicInputs, proof)) revert InvalidProof(requestId);
    }

    function _checkProverFee(uint128 price, uint128 proverFee) private pure {
        uint256 max = price / PROVER_FEE_DIVISOR;
        if (proverFee > max) revert ProverFeeTooHigh(proverFee, max);
    }
}
