// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IGroth16} from "./interfaces/IGroth16.sol";
import {IInferenceConsumer} from "./interfaces/IInferenceConsumer.sol";
import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {FieldNumbers} from "./libraries/FieldNumbers.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title InferenceOracle
/// @notice Implements IInferenceOracle, where every function is described.
contract InferenceOracle is IInferenceOracle, ReentrancyGuardTransient {
    using Address for address payable;

    uint256 public constant MAX_CALLBACK_GAS = 2_000_000;
    /// @notice Seconds of block time in which a request can be answered.
    uint256 public constant REQUEST_TIMEOUT = 600;
    /// @dev The prover's part is at most 1 / 2 of the price.
    uint256 private constant PROVER_FEE_DIVISOR = 2;

    /// @custom:storage-location erc7201:qanat.storage.InferenceOracle
    struct InferenceOracleStorage {
        uint256 requestCount;
        uint256 escrowed;
        mapping(uint256 assetId => Model) models;
        mapping(uint256 requestId => Request) requests;
        mapping(address prover => uint256) proverBalances;
        mapping(uint256 commitment => uint256 assetId) assetOfCommitment;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.InferenceOracle")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x68ca0f1f09f5283af481013e61ccb8d94941fcf37b2867dc9f7cf7135cc5ba00;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);
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
        IAssetRegistry.Asset memory asset = REGISTRY.getAsset(assetId);
        if (asset.creator != msg.sender) revert NotCreator(assetId, msg.sender);
        if (asset.status != IAssetRegistry.AssetStatus.Active) revert AssetNotActive(assetId);
        if (asset.kind != IAssetRegistry.AssetKind.Model && asset.kind != IAssetRegistry.AssetKind.Adapter) {
            revert NotAModel(assetId);
        }
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
        return _request(assetId, input, callback, callbackGas);
    }

    /// @inheritdoc IInferenceOracle
    function requestWithMode(
        uint256 assetId,
        Mode mode,
        int256[] calldata input,
        address callback,
        uint32 callbackGas
    ) external payable returns (uint256 requestId) {
        if (mode != Mode.Zk) revert UnsupportedMode(mode);
        return _request(assetId, input, callback, callbackGas);
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
        InferenceOracleStorage storage $ = _storage();
        Request storage pending = _pending(requestId);
        if (block.timestamp > pending.deadline) revert Expired(requestId, pending.deadline);
        if (keccak256(abi.encode(input)) != pending.inputHash) revert InputMismatch(requestId);
        uint256 assetId = pending.assetId;
        _verify($.models[assetId], requestId, input, output, proof);

        uint256 price = pending.price;
        uint256 proverFee = pending.proverFee;
        pending.status = RequestStatus.Answered;
        pending.prover = msg.sender;
        pending.outputHash = keccak256(abi.encode(output));
        $.escrowed -= price;
        $.proverBalances[msg.sender] += proverFee;
        emit InferenceAnswered(requestId, assetId, msg.sender, output);
        if (proverFee != 0) emit ProverFeeCredited(requestId, msg.sender, proverFee);

        if (price > proverFee) {
            ATTRIBUTION.receiveRevenue{value: price - proverFee}(assetId, IAttribution.RevenueSource.Inference);
        }
        _callBack(requestId, pending.callback, pending.callbackGas, output);
    }

    /// @inheritdoc IInferenceOracle
    function refund(uint256 requestId) external nonReentrant {
        _refund(requestId, payable(_pending(requestId).requester));
    }

    /// @inheritdoc IInferenceOracle
    function refundTo(uint256 requestId, address payable recipient) external nonReentrant {
        if (_pending(requestId).requester != msg.sender) revert NotRequester(requestId, msg.sender);
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        _refund(requestId, recipient);
    }

    /// @inheritdoc IInferenceOracle
    function withdrawProverFees(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        InferenceOracleStorage storage $ = _storage();
        amount = $.proverBalances[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        $.proverBalances[msg.sender] = 0;
        emit ProverFeeWithdrawn(msg.sender, recipient, amount);
        recipient.sendValue(amount);
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
    function getRequest(uint256 requestId) external view returns (Request memory asked) {
        asked = _storage().requests[requestId];
        if (asked.status == RequestStatus.None) revert UnknownRequest(requestId);
    }

    /// @inheritdoc IInferenceOracle
    function assetOfCommitment(uint256 commitment) external view returns (uint256 assetId) {
        return _storage().assetOfCommitment[commitment];
    }

    /// @inheritdoc IInferenceOracle
    function requestCount() external view returns (uint256) {
        return _storage().requestCount;
    }

    /// @inheritdoc IInferenceOracle
    function isFinalized(uint256 requestId) external view returns (bool) {
        return _storage().requests[requestId].status == RequestStatus.Answered;
    }

    /// @inheritdoc IInferenceOracle
    function proverBalance(address prover) external view returns (uint256) {
        return _storage().proverBalances[prover];
    }

    /// @inheritdoc IInferenceOracle
    function escrowed() external view returns (uint256) {
        return _storage().escrowed;
    }

    function _request(
        uint256 assetId,
        int256[] calldata input,
        address callback,
        uint32 callbackGas
    ) private returns (uint256 requestId) {
        Model storage model = _listed(assetId);
        if (REGISTRY.statusOf(assetId) != IAssetRegistry.AssetStatus.Active) revert AssetNotActive(assetId);
        uint128 price = model.price;
        if (msg.value != price) revert WrongPayment(msg.value, price);
        if (input.length != model.inputCount) revert WrongInputCount(input.length, model.inputCount);
        FieldNumbers.checkRange(input);
        if (callbackGas > MAX_CALLBACK_GAS) revert CallbackGasTooHigh(callbackGas, MAX_CALLBACK_GAS);
        if (callback == address(0) && callbackGas != 0) revert CallbackGasWithoutCallback(callbackGas);

        InferenceOracleStorage storage $ = _storage();
        requestId = ++$.requestCount;
        $.escrowed += price;
        Request storage asked = $.requests[requestId];
        asked.assetId = assetId;
        asked.requester = msg.sender;
        asked.status = RequestStatus.Pending;
        asked.deadline = uint64(block.timestamp + REQUEST_TIMEOUT);
        asked.callback = callback;
        asked.callbackGas = callbackGas;
        asked.price = price;
        asked.proverFee = model.proverFee;
        asked.inputHash = keccak256(abi.encode(input));
        emit InferenceRequested(
            requestId,
            assetId,
            msg.sender,
            input,
            callback,
            callbackGas,
            price,
            asked.proverFee,
            asked.deadline
        );
    }

    function _verify(
        Model storage model,
        uint256 requestId,
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
        publicInputs[outputCount + 1] = contextOf(requestId, msg.sender);
        FieldNumbers.write(publicInputs, outputCount + 2, input);
        if (!GROTH16.verify(model.keyHash, publicInputs, proof)) revert InvalidProof(requestId);
    }

    function _refund(uint256 requestId, address payable recipient) private {
        Request storage pending = _pending(requestId);
        if (block.timestamp <= pending.deadline) revert NotExpired(requestId, pending.deadline);
        pending.status = RequestStatus.Refunded;
        uint256 amount = pending.price;
        _storage().escrowed -= amount;
        emit InferenceRefunded(requestId, pending.requester, recipient, amount);
        recipient.sendValue(amount);
    }

    /// @dev Whatever the callback does, the answer stands.
    function _callBack(uint256 requestId, address callback, uint256 callbackGas, int256[] calldata output) private {
        if (callback == address(0)) return;
        bytes memory data = abi.encodeCall(IInferenceConsumer.onInference, (requestId, output));
        if (BoundedCall.tryCall(callback, callbackGas, data)) emit CallbackDelivered(requestId, callback);
        else emit CallbackFailed(requestId, callback);
    }

    function _checkProverFee(uint128 price, uint128 proverFee) private pure {
        uint256 max = price / PROVER_FEE_DIVISOR;
        if (proverFee > max) revert ProverFeeTooHigh(proverFee, max);
    }

    function _listed(uint256 assetId) private view returns (Model storage model) {
        model = _storage().models[assetId];
        if (model.outputCount == 0) revert ModelNotListed(assetId);
    }

    function _pending(uint256 requestId) private view returns (Request storage pending) {
        pending = _storage().requests[requestId];
        RequestStatus status = pending.status;
        if (status == RequestStatus.None) revert UnknownRequest(requestId);
        if (status == RequestStatus.Answered) revert AlreadyAnswered(requestId);
        if (status == RequestStatus.Refunded) revert AlreadyRefunded(requestId);
    }

    function _storage() private pure returns (InferenceOracleStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
