// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {QueryRation} from "../libraries/QueryRation.sol";

/// @title Types, events and errors of the inference oracle
interface IOracleTypes {
    /// @dev How a result is to be trusted.
    enum Mode {
        Zk,
        Optimistic,
        Hybrid,
        Attested
    }

    enum RequestStatus {
        None,
        Pending,
        Answered,
        Refunded,
        /// A result was proposed and may be challenged.
        Proposed
    }

    /// @dev How a request is called back: numbers to IInferenceConsumer, or bytes to IAIOracleCallback.
    enum CallbackKind {
        Numbers,
        Bytes
    }

    struct Model {
        bytes32 keyHash;
        /// Poseidon commitment to the quantised weights and a blinding salt.
        uint256 commitment;
        uint16 inputCount;
        uint16 outputCount;
        /// What an inference costs, in wei.
        uint128 price;
        /// Part of the price that is the prover's, in wei; the rest is the asset's revenue.
        uint128 proverFee;
    }

    /// @notice A model that operators serve: in mode attested, and optimistic once there is a dispute game.
    struct ServedModel {
        /// Commitment to the weights or program, of whatever scheme the asset's documents name; not zero.
        bytes32 commitment;
        /// What an inference earns the asset, in wei; the operator's fee comes on top.
        uint128 price;
    }

    /// @notice What a caller of `requestCallbackWithMode` asks for.
    struct CallbackRequest {
        uint256 modelId;
        Mode mode;
        /// zk: exactly abi.encode(int256[]). Otherwise any bytes that the operators understand; at most 16,384.
        bytes input;
        /// The contract to call back (IAIOracleCallback), or the zero address.
        address callback;
        /// Gas for the callback, at most 2,000,000.
        uint64 gasLimit;
        /// Handed to the callback; at most 512 bytes.
        bytes data;
        /// Also call back (IProvisionalCallback) with a result that may still be challenged. Optimistic and hybrid only.
        bool provisional;
    }

    struct Request {
        uint256 assetId;
        address requester;
        RequestStatus status;
        /// Last second at which it can be answered; refundable after it.
        uint64 deadline;
        Mode mode;
        CallbackKind callbackKind;
        bool provisional;
        address callback;
        uint32 callbackGas;
        /// All that was paid for it, in wei.
        uint128 price;
        /// Part of the price that is the answerer's, in wei: its fee, and pay for the callback's gas.
        uint128 proverFee;
        /// keccak256(abi.encode(int256[] input)), or of the input's bytes.
        bytes32 inputHash;
        /// Zero until it is answered.
        address prover;
        /// keccak256(abi.encode(int256[] output)), or of the output's bytes; zero until it is answered.
        bytes32 outputHash;
        /// Who is to answer; zero in mode zk, where anyone may.
        address operator;
        /// Second after which the request can be given to another operator.
        uint64 operatorDeadline;
        /// A proposed result's hash; zero when there is none.
        bytes32 proposedHash;
    }

    event ModelListed(
        uint256 indexed assetId,
        bytes32 indexed keyHash,
        uint256 commitment,
        uint16 inputCount,
        uint16 outputCount,
        uint128 price,
        uint128 proverFee
    );
    event PriceLowered(uint256 indexed assetId, uint128 previousPrice, uint128 price);
    event InferenceRequested(
        uint256 indexed requestId,
        uint256 indexed assetId,
        address indexed requester,
        int256[] input,
        address callback,
        uint32 callbackGas,
        uint128 price,
        uint128 proverFee,
        uint64 deadline
    );
    event InferenceAnswered(
        uint256 indexed requestId,
        uint256 indexed assetId,
        address indexed prover,
        int256[] output
    );
    event CallbackDelivered(uint256 indexed requestId, address indexed callback);
    /// @notice The callback reverted, ran out of the gas that was asked for, or has no code. The result stands.
    event CallbackFailed(uint256 indexed requestId, address indexed callback);
    event InferenceRefunded(
        uint256 indexed requestId,
        address indexed requester,
        address indexed recipient,
        uint256 amount
    );
    event ProverFeeCredited(uint256 indexed requestId, address indexed prover, uint256 amount);
    event ProverFeeWithdrawn(address indexed prover, address indexed recipient, uint256 amount);

    event ServedModelListed(uint256 indexed assetId, bytes32 commitment, uint128 price);
    event RationSet(uint256 indexed assetId, QueryRation.Terms terms);
    /// @notice What `requestCallback` was given, in ORA's words. Provers of zk models are told by InferenceRequested too.
    event AICallbackRequest(
        address indexed account,
        uint256 indexed requestId,
        uint256 modelId,
        bytes input,
        address callbackContract,
        uint64 gasLimit,
        bytes callbackData
    );
    /// @notice A result that is final, of a request made by `requestCallback`, in ORA's words.
    event AICallbackResult(address indexed account, uint256 indexed requestId, address invoker, bytes output);
    event OperatorAssigned(
        uint256 indexed requestId,
        uint256 indexed assetId,
        address indexed operator,
        Mode mode,
        uint128 price,
        uint128 operatorFee,
        uint64 operatorDeadline
    );
    event ResultProposed(uint256 indexed requestId, address indexed operator, bytes output, bytes32 trace);
    /// @notice The dispute game rejected the proposed result: the requester has its money back.
    event ResultRejected(uint256 indexed requestId, address indexed operator);
    /// @notice More was sent than the fee; the rest can be withdrawn.
    event SurplusCredited(uint256 indexed requestId, address indexed account, uint256 amount);
    event CallbackGasPriceChanged(uint256 previous, uint256 current);

    /// @notice No dispute game that accepts this mode stands at `resolver`.
    error DisputesUnavailable(Mode mode, address resolver);
    error ModelAlreadyServed(uint256 assetId);
    error NotServed(uint256 assetId);
    error EmptyCommitment();
    /// @notice No operator with enough stake serves the model at this callback gas (and, for a reassignment, fee).
    error NoOperator(uint256 assetId, uint256 callbackGas);
    error NotOperator(uint256 requestId, address caller, address operator);
    error InvalidAttestation(uint256 requestId, address operator);
    error WrongMode(uint256 requestId, Mode mode);
    error NotReassignable(uint256 requestId, uint64 operatorDeadline);
    error NotProposed(uint256 requestId);
    error AlreadyProposed(uint256 requestId);
    error DisputeOpen(uint256 requestId);
    error OutputMismatch(uint256 requestId);
    /// @notice A zk input is exactly abi.encode(int256[]) with the model's number of inputs.
    error InputNotCanonical(uint256 length, uint256 expected);
    error TooManyBytes(uint256 length, uint256 max);
    error ProvisionalNeedsDispute(Mode mode);
    error FeeTooLow(uint256 paid, uint256 fee);
    error PriceTooHigh(uint256 price);
    error OnlyGovernance(address caller);
    error NotTheOracle(address account);
    /// @notice Coin comes with a request, or not at all.
    error PlainPaymentRefused(address from, uint256 amount);
    error NotAModel(uint256 assetId);
    error NotCreator(uint256 assetId, address caller);
    error AssetNotActive(uint256 assetId);
    /// @notice A listing is frozen: another key or commitment is another asset.
    error ModelAlreadyListed(uint256 assetId);
    error ModelNotListed(uint256 assetId);
    error KeyNotRegistered(bytes32 keyHash);
    /// @notice The key's circuit does not have outputs + 2 + inputs public signals.
    error PublicInputCountMismatch(uint256 keyCount, uint256 expected);
    error InvalidShape(uint256 inputCount, uint256 outputCount);
    error CommitmentOutOfField(uint256 commitment);
    /// @notice Another asset is listed with this commitment. Weights are committed to with a salt: take another one.
    error CommitmentAlreadyListed(uint256 commitment, uint256 assetId);
    /// @notice The prover's part may not eat up the revenue that the asset's ancestors have a share in.
    error ProverFeeTooHigh(uint256 proverFee, uint256 max);
    error PriceNotLower(uint128 price, uint128 currentPrice);
    error WrongPayment(uint256 paid, uint256 price);
    error WrongInputCount(uint256 count, uint256 expected);
    error WrongOutputCount(uint256 count, uint256 expected);
    /// @notice A number is not in the range of int128, within which the encoding as field elements is one to one.
    error NumberOutOfRange(uint256 index, int256 number);
    error CallbackGasTooHigh(uint256 callbackGas, uint256 max);
    error CallbackGasWithoutCallback(uint256 callbackGas);
    error UnknownRequest(uint256 requestId);
    error AlreadyAnswered(uint256 requestId);
    error AlreadyRefunded(uint256 requestId);
    error Expired(uint256 requestId, uint64 deadline);
    error NotExpired(uint256 requestId, uint64 deadline);
    error NotRequester(uint256 requestId, address caller);
    /// @notice The input given with an answer is not the request's.
    error InputMismatch(uint256 requestId);
    /// @notice The proof does not prove this output for this request, model and prover.
    error InvalidProof(uint256 requestId);
    /// @notice The answer's transaction has too little gas left to give the callback what was asked for.
    error InsufficientCallbackGas(uint256 available, uint256 required);
    error NothingToWithdraw(address prover);
    error InvalidRecipient(address recipient);
}
