// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";
import {QueryRation} from "./libraries/QueryRation.sol";
import {ZkRequests} from "./oracle/ZkRequests.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title InferenceOracle
/// @notice Implements IInferenceOracle, where every function is described. Its parts: the books that all modes share
/// (oracle/OracleBase), requests answered with a proof (oracle/ZkRequests), and, since one contract's code has a limit,
/// CallbackOracle, whose functions are called at this contract's address and run on its storage.
contract InferenceOracle is ZkRequests {
    using Address for address payable;
    using QueryRation for QueryRation.Ration;

    /// @dev Governance may set up to this many wei per gas.
    uint256 private constant MAX_CALLBACK_GAS_PRICE = 1_000 gwei;

    /// @dev What is not here is CallbackOracle's, whose address is part of this code: an upgrade of one can name a new
    /// other. Unknown functions revert there.
    fallback() external payable {
        address part = SystemAddresses.CALLBACK_ORACLE;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), part, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch success
            case 0 {
                revert(0, returndatasize())
            }
            default {
                return(0, returndatasize())
            }
        }
    }

    receive() external payable {
        revert PlainPaymentRefused(msg.sender, msg.value);
    }

    /// @inheritdoc IInferenceOracle
    function refund(uint256 requestId) external nonReentrant {
        _expire(requestId, payable(_open(requestId).requester));
    }

    /// @inheritdoc IInferenceOracle
    function refundTo(uint256 requestId, address payable recipient) external nonReentrant {
        if (_open(requestId).requester != msg.sender) revert NotRequester(requestId, msg.sender);
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        _expire(requestId, recipient);
    }

    /// @inheritdoc IInferenceOracle
    function withdrawProverFees(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        InferenceOracleStorage storage $ = _storage();
        amount = $.balances[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        $.balances[msg.sender] = 0;
        emit ProverFeeWithdrawn(msg.sender, recipient, amount);
        recipient.sendValue(amount);
    }

    /// @inheritdoc IInferenceOracle
    function setRation(uint256 assetId, QueryRation.Terms calldata terms) external {
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotCreator(assetId, msg.sender);
        if (terms.epochSeconds == 0) revert QueryRation.InvalidRation(terms.epochSeconds);
        InferenceOracleStorage storage $ = _storage();
        if ($.rations[assetId].terms.epochSeconds != 0 || $.requestCounts[assetId] != 0) {
            revert QueryRation.RationFrozen(assetId);
        }
        $.rations[assetId].terms = terms;
        emit RationSet(assetId, terms);
    }

    /// @inheritdoc IInferenceOracle
    function setCallbackGasPrice(uint256 price) external {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        if (price == 0 || price > MAX_CALLBACK_GAS_PRICE) revert PriceTooHigh(price);
        emit CallbackGasPriceChanged(callbackGasPrice(), price);
        _storage().callbackGasPrice = price;
    }

    /// @inheritdoc IInferenceOracle
    function getRequest(uint256 requestId) external view returns (Request memory asked) {
        Entry storage entry = _storage().requests[requestId];
        if (entry.status == RequestStatus.None) revert UnknownRequest(requestId);
        (, , , bytes32 input, bytes32 output, ) = RECORD.read(_jobId(requestId));
        bool isAnswered = entry.status == RequestStatus.Answered;
        return
            Request({
                assetId: entry.assetId,
                requester: entry.requester,
                status: entry.status,
                deadline: entry.deadline,
                mode: entry.mode,
                callbackKind: entry.callbackKind,
                provisional: entry.provisional,
                callback: entry.callback,
                callbackGas: entry.callbackGas,
                price: entry.price,
                proverFee: entry.fee,
                inputHash: input,
                prover: isAnswered ? entry.worker : address(0),
                outputHash: output,
                operator: entry.mode == Mode.Zk ? address(0) : entry.worker,
                operatorDeadline: entry.operatorDeadline,
                proposedHash: entry.proposedHash
            });
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
        return _storage().balances[prover];
    }

    /// @inheritdoc IInferenceOracle
    function escrowed() external view returns (uint256) {
        return _storage().escrowed;
    }

    /// @inheritdoc IInferenceOracle
    function rationOf(uint256 assetId) external view returns (QueryRation.Terms memory) {
        return _storage().rations[assetId].terms;
    }

    /// @inheritdoc IInferenceOracle
    function rationedPrice(uint256 assetId, uint128 basePrice, address account) public view returns (uint256) {
        return _storage().rations[assetId].quote(assetId, basePrice, account);
    }

    /// @inheritdoc IInferenceOracle
    function callbackGasPrice() public view returns (uint256) {
        return _callbackGasPrice();
    }

    function _expire(uint256 requestId, address payable recipient) private {
        Entry storage entry = _open(requestId);
        if (block.timestamp <= entry.deadline) revert NotExpired(requestId, entry.deadline);
        if (entry.mode != Mode.Zk) OPERATORS.punish(entry.worker, requestId);
        _repay(requestId, entry, recipient);
    }
}
