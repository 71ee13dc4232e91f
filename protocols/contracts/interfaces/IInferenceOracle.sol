// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The inference oracle, the system contract at 0x…1020
/// @notice A model's creator lists it with the verification key of its circuit and the commitment to its weights. Anyone
/// pays for an inference; a prover answers with the output and a proof; the chain verifies, settles and calls back.
///
/// The circuit's public signals are, in this order: outputs, commitment, context, inputs. A negative number x stands for
/// r - |x|, r being the order of BN254's scalar field. The context binds a proof to one chain, oracle, request and
/// prover, so a proof can be neither replayed nor stolen from the mempool: see `contextOf`.
/// @custom:source ORA's on-chain AI oracle; Sahara AI litepaper, "Execution Layer"
interface IInferenceOracle {
    /// @dev How a result is to be trusted. Zk works; the others are laid out and refused until they do.
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
        Refunded
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

    struct Request {
        uint256 assetId;
        address requester;
        RequestStatus status;
        /// Last second at which it can be answered; refundable after it.
        uint64 deadline;
        address callback;
        uint32 callbackGas;
        uint128 price;
        uint128 proverFee;
        /// keccak256(abi.encode(int256[] input)).
        bytes32 inputHash;
        /// Zero until it is answered.
        address prover;
        /// keccak256(abi.encode(int256[] output)); zero until it is answered.
        bytes32 outputHash;
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

    error UnsupportedMode(Mode mode);
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

    /// @notice As `request`, naming the mode.
    function requestWithMode(
        uint256 assetId,
        Mode mode,
        int256[] calldata input,
        address callback,
        uint32 callbackGas
    ) external payable returns (uint256 requestId);

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

    /// @notice Pays the caller's prover fees to `recipient`.
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

    /// @notice Prover fees earned and not yet withdrawn, in wei.
    function proverBalance(address prover) external view returns (uint256);

    /// @notice Payments of pending requests, in wei.
    function escrowed() external view returns (uint256);
}
