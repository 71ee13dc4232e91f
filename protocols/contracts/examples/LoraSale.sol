// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IAttribution} from "../interfaces/IAttribution.sol";
import {ILoraProof} from "../interfaces/ILoraProof.sol";
import {SystemAddresses} from "../system/SystemAddresses.sol";

/// @title An example of selling sessions with a LoRA adapter whose weights stay hidden
/// @notice A buyer pays into escrow for a session with modules whose commitments are registered for an asset. After the session the
/// buyer signs the Merkle root of all inputs and outputs. Tokens to be proven are drawn from the hash of a block that nobody
/// knew then; when each module's drawn tokens are proven, the price goes to the asset's contributors. What is not settled in
/// time goes back.
/// @dev A seller that answers a part f of the tokens falsely gets through with probability (1 - f)^DRAWS per module. Proposers
/// can bias a block's hash a little. A buyer that does not sign gets its money back and keeps what it was answered: serve
/// strangers in short sessions.
contract LoraSale is EIP712 {
    using Address for address payable;

    enum Status {
        None,
        Open,
        Delivered,
        Settled,
        Refunded
    }

    struct Session {
        uint256 assetId;
        address buyer;
        uint64 deadline;
        Status status;
        uint128 price;
        uint64 deliveredAt;
        uint32 tokens;
        bytes32 root;
        /// Bit i: module i is proven.
        uint256 proven;
        bytes32[] modules;
    }

    struct ModuleProof {
        /// As registered: see ILoraProof.
        bytes16 shape;
        bytes rows;
        /// The drawn tokens' rows of X and of Y, in the order of the draw.
        bytes inputs;
        bytes outputs;
        bytes proof;
        /// A Merkle proof for each drawn token.
        bytes32[][] paths;
    }

    ILoraProof public constant LORA = ILoraProof(SystemAddresses.LORA_PROOF);
    uint256 public constant MAX_MODULES = 64;
    /// @notice Tokens that are drawn of each module.
    uint256 public constant DRAWS = 4;
    /// @notice Seconds after opening in which a session can be settled.
    uint64 public constant SESSION_TIME = 1 days;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);
    bytes32 private constant DELIVERY_TYPEHASH = keccak256("Delivery(uint256 sessionId,bytes32 root,uint32 tokens)");

    uint256 public sessionCount;
    mapping(uint256 sessionId => Session) private _sessions;

    event SessionOpened(uint256 indexed sessionId, uint256 indexed assetId, address indexed buyer, uint128 price, bytes32[] modules);
    event SessionDelivered(uint256 indexed sessionId, bytes32 root, uint32 tokens);
    event ModuleProven(uint256 indexed sessionId, uint256 indexed module);
    event SessionSettled(uint256 indexed sessionId, uint256 indexed assetId, uint128 price);
    event SessionRefunded(uint256 indexed sessionId, address indexed buyer, uint128 price);

    error AssetNotActive(uint256 assetId);
    error InvalidModuleCount(uint256 count);
    error ModuleNotOfAsset(uint256 assetId, bytes32 commitment);
    error PriceTooLarge(uint256 price);
    error WrongStatus(uint256 sessionId, Status status);
    error SessionOver(uint256 sessionId, uint64 deadline);
    error SessionNotOver(uint256 sessionId, uint64 deadline);
    error NotSignedByBuyer(uint256 sessionId, address signer);
    error NoTokens(uint256 sessionId);
    error UnknownModule(uint256 sessionId, uint256 module);
    error AlreadyProven(uint256 sessionId, uint256 module);
    error DrawNotAvailable(uint256 sessionId, uint256 blockNumber);
    error InvalidRows(uint256 inputsLength, uint256 outputsLength);
    error NotOfSession(uint256 sessionId, uint256 module, uint256 token);
    error ProofRefused(uint256 sessionId, uint256 module);

    constructor() EIP712("LoraSale", "1") {}

    /// @notice Opens a session and pays for it. Every module must have been registered by the asset's creator for this asset
    /// (ILoraProof.register with the asset's number as the binding), so that nobody can put other weights in its place.
    function open(uint256 assetId, bytes32[] calldata modules) external payable returns (uint256 sessionId) {
        if (REGISTRY.statusOf(assetId) != IAssetRegistry.AssetStatus.Active) revert AssetNotActive(assetId);
        if (modules.length == 0 || modules.length > MAX_MODULES) revert InvalidModuleCount(modules.length);
        if (msg.value > type(uint128).max) revert PriceTooLarge(msg.value);
        address creator = REGISTRY.creatorOf(assetId);
        for (uint256 i = 0; i < modules.length; i++) {
            (address registrant, bytes32 binding) = LORA.registration(modules[i]);
            if (registrant != creator || uint256(binding) != assetId) revert ModuleNotOfAsset(assetId, modules[i]);
        }
        sessionId = ++sessionCount;
        Session storage session = _sessions[sessionId];
        session.assetId = assetId;
        session.buyer = msg.sender;
        session.deadline = uint64(block.timestamp) + SESSION_TIME;
        session.status = Status.Open;
        session.price = uint128(msg.value);
        session.modules = modules;
        emit SessionOpened(sessionId, assetId, msg.sender, uint128(msg.value), modules);
    }

    /// @notice Fixes what was asked and answered, by the buyer's signature (EIP-712). Tokens are drawn by the next block's hash.
    /// @param root of a Merkle tree (OpenZeppelin's) over leafOf of every module and token
    /// @param tokens of the session, the same for every module
    function deliver(uint256 sessionId, bytes32 root, uint32 tokens, bytes calldata signature) external {
        Session storage session = _sessions[sessionId];
        _requireStatus(sessionId, session, Status.Open);
        if (tokens == 0) revert NoTokens(sessionId);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(DELIVERY_TYPEHASH, sessionId, root, tokens)));
        address signer = ECDSA.recover(digest, signature);
        if (signer != session.buyer) revert NotSignedByBuyer(sessionId, signer);
        session.status = Status.Delivered;
        session.root = root;
        session.tokens = tokens;
        session.deliveredAt = uint64(block.number);
        emit SessionDelivered(sessionId, root, tokens);
    }

    /// @notice Proves a module's drawn tokens; with the last module the session is settled.
    function prove(uint256 sessionId, uint256 module, ModuleProof calldata moduleProof) external {
        Session storage session = _sessions[sessionId];
        _requireStatus(sessionId, session, Status.Delivered);
        if (module >= session.modules.length) revert UnknownModule(sessionId, module);
        if (session.proven & (1 << module) != 0) revert AlreadyProven(sessionId, module);
        _requireRows(sessionId, module, moduleProof.inputs, moduleProof.outputs, moduleProof.paths);
        bool holds = LORA.verify(
            session.modules[module],
            bindingOf(sessionId, module),
            moduleProof.shape,
            moduleProof.rows,
            moduleProof.inputs,
            moduleProof.outputs,
            moduleProof.proof
        );
        if (!holds) revert ProofRefused(sessionId, module);
        session.proven |= 1 << module;
        emit ModuleProven(sessionId, module);
        if (session.proven == type(uint256).max >> (256 - session.modules.length)) {
            session.status = Status.Settled;
            emit SessionSettled(sessionId, session.assetId, session.price);
            ATTRIBUTION.receiveRevenue{value: session.price}(session.assetId, IAttribution.RevenueSource.Inference);
        }
    }

    /// @notice Gives the price back to the buyer of a session that was not settled in time. Anyone may call it.
    function refund(uint256 sessionId) external {
        Session storage session = _sessions[sessionId];
        if (session.status != Status.Open && session.status != Status.Delivered) revert WrongStatus(sessionId, session.status);
        if (block.timestamp <= session.deadline) revert SessionNotOver(sessionId, session.deadline);
        session.status = Status.Refunded;
        emit SessionRefunded(sessionId, session.buyer, session.price);
        payable(session.buyer).sendValue(session.price);
    }

    function getSession(uint256 sessionId) external view returns (Session memory) {
        return _sessions[sessionId];
    }

    /// @notice The tokens of a module that are to be proven; known from the second block after the delivery, for 256 blocks.
    function drawOf(uint256 sessionId, uint256 module) public view returns (uint32[] memory tokens) {
        Session storage session = _sessions[sessionId];
        bytes32 seed = _seedOf(sessionId, session);
        tokens = new uint32[](DRAWS);
        for (uint256 i = 0; i < DRAWS; i++) {
            tokens[i] = uint32(uint256(keccak256(abi.encode(seed, sessionId, module, i))) % session.tokens);
        }
    }

    /// @notice What a proof must be bound to: asset, session, module, what was delivered and what was drawn.
    function bindingOf(uint256 sessionId, uint256 module) public view returns (bytes32) {
        Session storage session = _sessions[sessionId];
        return keccak256(abi.encode(session.assetId, sessionId, module, session.root, _seedOf(sessionId, session)));
    }

    /// @notice A leaf of the tree: one token of one module. Hashed twice, as leaves of OpenZeppelin's trees are.
    function leafOf(uint256 module, uint256 token, bytes calldata inputs, bytes calldata outputs) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(module, token, keccak256(inputs), keccak256(outputs)))));
    }

    function _requireRows(
        uint256 sessionId,
        uint256 module,
        bytes calldata inputs,
        bytes calldata outputs,
        bytes32[][] calldata paths
    ) private view {
        uint256 inputSize = inputs.length / DRAWS;
        uint256 outputSize = outputs.length / DRAWS;
        if (paths.length != DRAWS || inputSize * DRAWS != inputs.length || outputSize * DRAWS != outputs.length) {
            revert InvalidRows(inputs.length, outputs.length);
        }
        uint32[] memory drawn = drawOf(sessionId, module);
        bytes32 root = _sessions[sessionId].root;
        for (uint256 i = 0; i < DRAWS; i++) {
            bytes32 leaf = leafOf(
                module,
                drawn[i],
                inputs[i * inputSize:(i + 1) * inputSize],
                outputs[i * outputSize:(i + 1) * outputSize]
            );
            if (!MerkleProof.verifyCalldata(paths[i], root, leaf)) revert NotOfSession(sessionId, module, drawn[i]);
        }
    }

    function _seedOf(uint256 sessionId, Session storage session) private view returns (bytes32 seed) {
        uint256 number = uint256(session.deliveredAt) + 1;
        seed = session.deliveredAt == 0 ? bytes32(0) : blockhash(number);
        if (seed == 0) revert DrawNotAvailable(sessionId, number);
    }

    function _requireStatus(uint256 sessionId, Session storage session, Status status) private view {
        if (session.status != status) revert WrongStatus(sessionId, session.status);
        if (block.timestamp > session.deadline) revert SessionOver(sessionId, session.deadline);
    }
}
