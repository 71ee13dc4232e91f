// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAIOracleCallback} from "../interfaces/IAIOracleCallback.sol";
import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IAttribution} from "../interfaces/IAttribution.sol";
import {IIdentity} from "../interfaces/IIdentity.sol";
import {IInference} from "../interfaces/IInference.sol";
import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IOracleOperators} from "../interfaces/IOracleOperators.sol";
import {IOracleTypes} from "../interfaces/IOracleTypes.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {FieldNumbers} from "../libraries/FieldNumbers.sol";
import {QueryRation} from "../libraries/QueryRation.sol";
import {SystemAddresses} from "../system/SystemAddresses.sol";

/// @title What all modes of the inference oracle share
/// @notice The books: escrow, balances, requests, and the one way in which a request is opened, settled and refunded.
abstract contract OracleBase is IOracleTypes, ReentrancyGuardTransient {
    using Address for address payable;

    uint256 public constant MAX_CALLBACK_GAS = 2_000_000;
    uint256 public constant MAX_CALLBACK_DATA = 512;
    /// @notice Seconds of block time in which a request can be answered.
    uint256 public constant REQUEST_TIMEOUT = 600;
    uint256 private constant DEFAULT_CALLBACK_GAS_PRICE = 1 gwei;

    /// @dev What a request keeps. Its input and output are in the native record.
    struct Entry {
        uint256 assetId;
        address requester;
        RequestStatus status;
        uint64 deadline;
        Mode mode;
        CallbackKind callbackKind;
        bool provisional;
        address callback;
        uint32 callbackGas;
        uint64 operatorDeadline;
        uint128 price;
        uint128 fee;
        /// Who answered; in modes other than zk, until then who is to answer.
        address worker;
        /// Services that the request has been given to, by index.
        uint16 tried;
        /// Of a proposed result.
        bytes32 proposedHash;
        bytes32 trace;
        bytes data;
    }

    /// @custom:storage-location erc7201:qanat.storage.InferenceOracle
    struct InferenceOracleStorage {
        uint256 requestCount;
        uint256 escrowed;
        /// Zero: the default. The setter refuses zero.
        uint256 callbackGasPrice;
        mapping(uint256 assetId => Model) models;
        mapping(uint256 assetId => ServedModel) served;
        mapping(uint256 requestId => Entry) requests;
        mapping(address account => uint256) balances;
        mapping(uint256 commitment => uint256 assetId) assetOfCommitment;
        mapping(uint256 assetId => QueryRation.Ration) rations;
        mapping(uint256 assetId => uint256) requestCounts;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.InferenceOracle")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x68ca0f1f09f5283af481013e61ccb8d94941fcf37b2867dc9f7cf7135cc5ba00;

    IAssetRegistry internal constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IInference internal constant RECORD = IInference(SystemAddresses.INFERENCE);
    IOracleOperators internal constant OPERATORS = IOracleOperators(SystemAddresses.ORACLE_OPERATORS);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);
    IIdentity private constant IDENTITY = IIdentity(SystemAddresses.IDENTITY);

    /// @dev Wei per gas that a request pays for its callback.
    function _callbackGasPrice() internal view returns (uint256) {
        uint256 stored = _storage().callbackGasPrice;
        return stored == 0 ? DEFAULT_CALLBACK_GAS_PRICE : stored;
    }

    function _requestZk(
        uint256 assetId,
        Model storage model,
        int256[] memory input,
        address callback,
        uint256 callbackGas,
        uint256 price,
        uint256 fee
    ) internal returns (uint256 requestId, Entry storage entry) {
        if (input.length != model.inputCount) revert WrongInputCount(input.length, model.inputCount);
        FieldNumbers.checkRange(input);
        (requestId, entry) = _enter(
            assetId,
            bytes32(model.commitment),
            keccak256(abi.encode(input)),
            callback,
            callbackGas,
            price,
            fee
        );
        emit InferenceRequested(
            requestId,
            assetId,
            msg.sender,
            input,
            callback,
            uint32(callbackGas),
            uint128(price),
            uint128(fee),
            entry.deadline
        );
    }

    /// @dev For `listModel` and its like: the caller made the asset, which is a model and active.
    function _checkModel(uint256 assetId) internal view {
        IAssetRegistry.Asset memory asset = REGISTRY.getAsset(assetId);
        if (asset.creator != msg.sender) revert NotCreator(assetId, msg.sender);
        if (asset.status != IAssetRegistry.AssetStatus.Active) revert AssetNotActive(assetId);
        if (asset.kind != IAssetRegistry.AssetKind.Model && asset.kind != IAssetRegistry.AssetKind.Adapter) {
            revert NotAModel(assetId);
        }
    }

    function _listed(uint256 assetId) internal view returns (Model storage model) {
        model = _storage().models[assetId];
        if (model.outputCount == 0) revert ModelNotListed(assetId);
    }

    /// @dev Takes a paid request into the books and the native record.
    function _enter(
        uint256 assetId,
        bytes32 model,
        bytes32 inputHash,
        address callback,
        uint256 callbackGas,
        uint256 price,
        uint256 fee
    ) internal returns (uint256 requestId, Entry storage entry) {
        // The code of either part, called at its own address, keeps no books.
        if (address(this) != SystemAddresses.INFERENCE_ORACLE) revert NotTheOracle(address(this));
        if (REGISTRY.statusOf(assetId) != IAssetRegistry.AssetStatus.Active) revert AssetNotActive(assetId);
        if (callbackGas > MAX_CALLBACK_GAS) revert CallbackGasTooHigh(callbackGas, MAX_CALLBACK_GAS);
        if (callback == address(0) && callbackGas != 0) revert CallbackGasWithoutCallback(callbackGas);
        if (price > type(uint128).max) revert PriceTooHigh(price);
        InferenceOracleStorage storage $ = _storage();
        requestId = ++$.requestCount;
        ++$.requestCounts[assetId];
        $.escrowed += price;
        entry = $.requests[requestId];
        entry.assetId = assetId;
        entry.requester = msg.sender;
        entry.status = RequestStatus.Pending;
        entry.deadline = uint64(block.timestamp + REQUEST_TIMEOUT);
        if (callback != address(0)) {
            entry.callback = callback;
            entry.callbackGas = uint32(callbackGas);
        }
        entry.price = uint128(price);
        entry.fee = uint128(fee);
        RECORD.invoke(bytes32(requestId), model, inputHash);
    }

    /// @dev Makes a result final and pays for it: the fee to the worker, the rest to the asset.
    function _settle(
        uint256 requestId,
        Entry storage entry,
        address worker,
        bytes32 outputHash,
        bytes32 trace
    ) internal {
        uint256 price = entry.price;
        uint256 fee = entry.fee;
        entry.status = RequestStatus.Answered;
        entry.worker = worker;
        InferenceOracleStorage storage $ = _storage();
        $.escrowed -= price;
        $.balances[worker] += fee;
        if (fee != 0) emit ProverFeeCredited(requestId, worker, fee);
        RECORD.record(bytes32(requestId), outputHash, trace);
        if (price > fee) {
            ATTRIBUTION.receiveRevenue{value: price - fee}(entry.assetId, IAttribution.RevenueSource.Inference);
        }
        IDENTITY.recordWork(bytes32(requestId), worker, entry.requester, price);
    }

    /// @dev Whatever the callback does, the result stands.
    function _callBack(uint256 requestId, Entry storage entry, bytes memory output) internal {
        address callback = entry.callback;
        if (callback == address(0)) return;
        bytes memory call = entry.callbackKind == CallbackKind.Numbers
            ? abi.encodePacked(IInferenceConsumer.onInference.selector, requestId, uint256(64), _tail(output))
            : abi.encodeCall(IAIOracleCallback.aiOracleCallback, (requestId, output, entry.data));
        if (BoundedCall.tryCall(callback, entry.callbackGas, call)) emit CallbackDelivered(requestId, callback);
        else emit CallbackFailed(requestId, callback);
    }

    /// @dev Credits what was sent beyond the fee.
    function _credit(uint256 requestId, uint256 fee) internal {
        if (msg.value < fee) revert FeeTooLow(msg.value, fee);
        uint256 surplus = msg.value - fee;
        if (surplus == 0) return;
        _storage().balances[msg.sender] += surplus;
        emit SurplusCredited(requestId, msg.sender, surplus);
    }

    function _repay(uint256 requestId, Entry storage entry, address payable recipient) internal {
        entry.status = RequestStatus.Refunded;
        uint256 amount = entry.price;
        _storage().escrowed -= amount;
        emit InferenceRefunded(requestId, entry.requester, recipient, amount);
        recipient.sendValue(amount);
    }

    /// @dev A request that can still be answered or expire.
    function _open(uint256 requestId) internal view returns (Entry storage entry) {
        entry = _storage().requests[requestId];
        RequestStatus status = entry.status;
        if (status == RequestStatus.None) revert UnknownRequest(requestId);
        if (status == RequestStatus.Answered) revert AlreadyAnswered(requestId);
        if (status == RequestStatus.Refunded) revert AlreadyRefunded(requestId);
        if (status == RequestStatus.Proposed) revert AlreadyProposed(requestId);
    }

    function _inTime(uint256 requestId, Entry storage entry) internal view {
        if (block.timestamp > entry.deadline) revert Expired(requestId, entry.deadline);
    }

    function _inputHashOf(uint256 requestId) internal view returns (bytes32 input) {
        (, , , input, , ) = RECORD.read(_jobId(requestId));
    }

    function _jobId(uint256 requestId) internal view returns (bytes32) {
        return keccak256(abi.encode(address(this), requestId));
    }

    /// @dev What follows the first word of abi.encode(array): its length and elements.
    function _tail(bytes memory encoded) private pure returns (bytes memory tail) {
        tail = new bytes(encoded.length - 32);
        assembly ("memory-safe") {
            mcopy(add(tail, 32), add(encoded, 64), mload(tail))
        }
    }

    function _storage() internal pure returns (InferenceOracleStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
