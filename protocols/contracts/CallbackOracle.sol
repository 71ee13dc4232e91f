// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IProvisionalCallback} from "./interfaces/IAIOracleCallback.sol";
import {ICallbackOracle} from "./interfaces/ICallbackOracle.sol";
import {IDisputeResolver} from "./interfaces/IDisputeResolver.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {QueryRation} from "./libraries/QueryRation.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";
import {OracleBase} from "./oracle/OracleBase.sol";

/// @title CallbackOracle
/// @notice Implements ICallbackOracle, where every function is described: requests by `requestCallback`, and those that an
/// operator answers by its word or under dispute.
/// @dev Runs by DELEGATECALL from InferenceOracle, at its address and on its storage.
contract CallbackOracle is ICallbackOracle, OracleBase, EIP712Upgradeable {
    using QueryRation for QueryRation.Ration;

    uint256 public constant MAX_BYTES = 16_384;
    /// @notice Seconds that an operator has before its request can be given to another one.
    uint256 public constant OPERATOR_TIMEOUT = 60;

    bytes32 private constant ATTESTATION_TYPEHASH =
        keccak256("Attestation(uint256 requestId,uint256 assetId,bytes32 inputHash,bytes32 outputHash)");

    /// @dev The two words before the elements of abi.encode(int256[]).
    uint256 private constant ARRAY_HEAD = 64;

    /// @inheritdoc ICallbackOracle
    function listServedModel(uint256 assetId, bytes32 commitment, uint128 price) external {
        _checkModel(assetId);
        if (commitment == 0) revert EmptyCommitment();
        InferenceOracleStorage storage $ = _storage();
        if ($.served[assetId].commitment != 0) revert ModelAlreadyServed(assetId);
        $.served[assetId] = ServedModel(commitment, price);
        emit ServedModelListed(assetId, commitment, price);
    }

    /// @inheritdoc ICallbackOracle
    function lowerServedPrice(uint256 assetId, uint128 price) external {
        ServedModel storage model = _served(assetId);
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotCreator(assetId, msg.sender);
        uint128 previousPrice = model.price;
        if (price >= previousPrice) revert PriceNotLower(price, previousPrice);
        model.price = price;
        emit PriceLowered(assetId, previousPrice, price);
    }

    /// @inheritdoc ICallbackOracle
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callback,
        uint64 gasLimit,
        bytes calldata data
    ) external payable returns (uint256 requestId) {
        return _ask(CallbackRequest(modelId, _defaultMode(modelId), input, callback, gasLimit, data, false));
    }

    /// @inheritdoc ICallbackOracle
    function requestCallbackWithMode(
        CallbackRequest calldata asked
    ) external payable returns (uint256 requestId) {
        return _ask(asked);
    }

    /// @inheritdoc ICallbackOracle
    function attest(uint256 requestId, bytes calldata output, bytes calldata signature) external nonReentrant {
        Entry storage entry = _open(requestId);
        if (entry.mode != Mode.Attested) revert WrongMode(requestId, entry.mode);
        _inTime(requestId, entry);
        _checkLength(output.length, MAX_BYTES);
        address operator = entry.worker;
        bytes32 outputHash = keccak256(output);
        bytes32 digest = attestationDigest(requestId, outputHash);
        if (
            (msg.sender != operator || signature.length != 0) &&
            !SignatureChecker.isValidSignatureNow(operator, digest, signature)
        ) revert InvalidAttestation(requestId, operator);
        _finish(requestId, entry, output, outputHash, digest);
    }

    /// @inheritdoc ICallbackOracle
    function propose(uint256 requestId, bytes calldata output, bytes32 trace) external nonReentrant {
        Entry storage entry = _open(requestId);
        if (entry.mode != Mode.Optimistic && entry.mode != Mode.Hybrid) revert WrongMode(requestId, entry.mode);
        if (entry.worker != msg.sender) revert NotOperator(requestId, msg.sender, entry.worker);
        _inTime(requestId, entry);
        _checkLength(output.length, MAX_BYTES);
        entry.status = RequestStatus.Proposed;
        entry.proposedHash = keccak256(output);
        entry.trace = trace;
        emit ResultProposed(requestId, msg.sender, output, trace);
        IDisputeResolver(SystemAddresses.DISPUTE_GAME).open(
            requestId,
            msg.sender,
            _served(entry.assetId).commitment,
            _inputHashOf(requestId),
            entry.proposedHash,
            trace
        );
        if (!entry.provisional) return;
        bytes memory call = abi.encodeCall(IProvisionalCallback.aiOracleProvisional, (requestId, output, entry.data));
        address callback = entry.callback;
        if (BoundedCall.tryCall(callback, entry.callbackGas, call)) emit CallbackDelivered(requestId, callback);
        else emit CallbackFailed(requestId, callback);
    }

    /// @inheritdoc ICallbackOracle
    function finalize(uint256 requestId, bytes calldata output) external nonReentrant {
        Entry storage entry = _storage().requests[requestId];
        if (entry.status != RequestStatus.Proposed) revert NotProposed(requestId);
        bytes32 outputHash = keccak256(output);
        if (outputHash != entry.proposedHash) revert OutputMismatch(requestId);
        IDisputeResolver.Outcome outcome = IDisputeResolver(SystemAddresses.DISPUTE_GAME).outcomeOf(requestId);
        if (outcome == IDisputeResolver.Outcome.Open) revert DisputeOpen(requestId);
        if (outcome == IDisputeResolver.Outcome.Upheld) {
            _finish(requestId, entry, output, outputHash, entry.trace);
            return;
        }
        emit ResultRejected(requestId, entry.worker);
        OPERATORS.punish(entry.worker, requestId);
        // By pull: a requester that takes no coin must not keep a rejected result open.
        entry.status = RequestStatus.Refunded;
        InferenceOracleStorage storage $ = _storage();
        $.escrowed -= entry.price;
        $.balances[entry.requester] += entry.price;
        emit InferenceRefunded(requestId, entry.requester, entry.requester, entry.price);
    }

    /// @inheritdoc ICallbackOracle
    function reassign(uint256 requestId) external nonReentrant {
        Entry storage entry = _open(requestId);
        if (entry.mode == Mode.Zk) revert WrongMode(requestId, entry.mode);
        _inTime(requestId, entry);
        if (block.timestamp <= entry.operatorDeadline) revert NotReassignable(requestId, entry.operatorDeadline);
        address dead = entry.worker;
        // The fee in escrow holds the operator's own and the callback's gas, of which only the latter has a fixed size.
        uint256 gasPart = uint256(entry.callbackGas) * _callbackGasPrice();
        uint256 feeMax = entry.fee > gasPart ? entry.fee - gasPart : 0;
        _assign(requestId, entry, feeMax);
        OPERATORS.punish(dead, requestId);
    }

    /// @inheritdoc ICallbackOracle
    function estimateFee(uint256 modelId, uint64 gasLimit) external view returns (uint256) {
        return estimateFeeFor(modelId, _defaultMode(modelId), msg.sender, gasLimit);
    }

    /// @inheritdoc ICallbackOracle
    function estimateFeeFor(
        uint256 modelId,
        Mode mode,
        address account,
        uint64 gasLimit
    ) public view returns (uint256 total) {
        total = uint256(gasLimit) * _callbackGasPrice();
        if (mode == Mode.Zk) return total + _quote(modelId, _listed(modelId).price, account);
        _checkMode(mode);
        total += _quote(modelId, _served(modelId).price, account);
        (, address operator, uint128 fee) = OPERATORS.pick(modelId, gasLimit, type(uint128).max, 0);
        if (operator == address(0)) revert NoOperator(modelId, gasLimit);
        total += fee;
    }

    /// @inheritdoc ICallbackOracle
    function attestationDigest(uint256 requestId, bytes32 outputHash) public view returns (bytes32) {
        uint256 assetId = _storage().requests[requestId].assetId;
        return
            _hashTypedDataV4(
                keccak256(abi.encode(ATTESTATION_TYPEHASH, requestId, assetId, _inputHashOf(requestId), outputHash))
            );
    }

    /// @inheritdoc ICallbackOracle
    function getServedModel(uint256 assetId) external view returns (ServedModel memory) {
        return _served(assetId);
    }

    /// @inheritdoc ICallbackOracle
    function isFinalized(uint256 requestId) external view returns (bool) {
        return _storage().requests[requestId].status == RequestStatus.Answered;
    }

    function _ask(CallbackRequest memory asked) private returns (uint256 requestId) {
        _checkLength(asked.input.length, MAX_BYTES);
        _checkLength(asked.data.length, MAX_CALLBACK_DATA);
        Entry storage entry;
        uint256 gasPart = uint256(asked.gasLimit) * _callbackGasPrice();
        uint256 assetId = asked.modelId;
        uint256 fee;
        if (asked.mode == Mode.Zk) {
            if (asked.provisional) revert ProvisionalNeedsDispute(asked.mode);
            Model storage model = _listed(assetId);
            fee = _storage().rations[assetId].charge(assetId, model.price, msg.sender) + gasPart;
            int256[] memory input = _decodeNumbers(asked.input, model.inputCount);
            (requestId, entry) = _requestZk(
                assetId,
                model,
                input,
                asked.callback,
                asked.gasLimit,
                fee,
                model.proverFee + gasPart
            );
        } else {
            _checkMode(asked.mode);
            if (asked.provisional && asked.mode == Mode.Attested) revert ProvisionalNeedsDispute(asked.mode);
            (requestId, entry, fee) = _requestServed(asked, gasPart);
        }
        entry.callbackKind = CallbackKind.Bytes;
        if (asked.data.length != 0) entry.data = asked.data;
        emit AICallbackRequest(
            msg.sender,
            requestId,
            assetId,
            asked.input,
            asked.callback,
            asked.gasLimit,
            asked.data
        );
        _credit(requestId, fee);
    }

    function _requestServed(
        CallbackRequest memory asked,
        uint256 gasPart
    ) private returns (uint256 requestId, Entry storage entry, uint256 total) {
        uint256 assetId = asked.modelId;
        ServedModel storage model = _served(assetId);
        total = _storage().rations[assetId].charge(assetId, model.price, msg.sender) + gasPart;
        (, , uint128 operatorFee) = OPERATORS.pick(assetId, asked.gasLimit, type(uint128).max, 0);
        total += operatorFee;
        (requestId, entry) = _enter(
            assetId,
            model.commitment,
            keccak256(asked.input),
            asked.callback,
            asked.gasLimit,
            total,
            operatorFee + gasPart
        );
        entry.mode = asked.mode;
        if (asked.provisional) entry.provisional = true;
        _assign(requestId, entry, operatorFee);
    }

    /// @dev Gives the request to the cheapest operator that has not had it.
    function _assign(uint256 requestId, Entry storage entry, uint256 feeMax) private {
        uint256 assetId = entry.assetId;
        (uint256 index, address operator, uint128 fee) = OPERATORS.pick(
            assetId,
            entry.callbackGas,
            feeMax,
            entry.tried
        );
        if (operator == address(0)) revert NoOperator(assetId, entry.callbackGas);
        entry.tried |= uint16(1 << index);
        entry.worker = operator;
        entry.operatorDeadline = uint64(block.timestamp + OPERATOR_TIMEOUT);
        emit OperatorAssigned(
            requestId,
            assetId,
            operator,
            entry.mode,
            entry.price,
            fee,
            entry.operatorDeadline
        );
    }

    function _finish(
        uint256 requestId,
        Entry storage entry,
        bytes calldata output,
        bytes32 outputHash,
        bytes32 trace
    ) private {
        address operator = entry.worker;
        _settle(requestId, entry, operator, outputHash, trace);
        emit AICallbackResult(entry.requester, requestId, operator, output);
        _callBack(requestId, entry, output);
    }

    /// @dev Modes that need a dispute game wait for one.
    function _checkMode(Mode mode) private view {
        if (mode == Mode.Attested) return;
        address resolver = SystemAddresses.DISPUTE_GAME;
        if (resolver.code.length == 0 || !IDisputeResolver(resolver).accepts(uint8(mode))) {
            revert DisputesUnavailable(mode, resolver);
        }
    }

    function _defaultMode(uint256 modelId) private view returns (Mode) {
        if (_storage().models[modelId].outputCount != 0) return Mode.Zk;
        if (_storage().served[modelId].commitment == 0) revert ModelNotListed(modelId);
        return Mode.Attested;
    }

    function _quote(uint256 assetId, uint256 basePrice, address account) private view returns (uint256) {
        return _storage().rations[assetId].quote(assetId, basePrice, account);
    }

    function _served(uint256 assetId) private view returns (ServedModel storage model) {
        model = _storage().served[assetId];
        if (model.commitment == 0) revert NotServed(assetId);
    }

    function _checkLength(uint256 length, uint256 max) private pure {
        if (length > max) revert TooManyBytes(length, max);
    }

    function _decodeNumbers(bytes memory input, uint256 count) private pure returns (int256[] memory) {
        uint256 expected = ARRAY_HEAD + 32 * count;
        uint256 offset;
        uint256 length;
        assembly ("memory-safe") {
            offset := mload(add(input, 32))
            length := mload(add(input, 64))
        }
        if (input.length != expected || offset != 32 || length != count) revert InputNotCanonical(input.length, expected);
        return abi.decode(input, (int256[]));
    }

    // solhint-disable-next-line func-name-mixedcase
    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat InferenceOracle";
    }

    // solhint-disable-next-line func-name-mixedcase
    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }
}
