// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The native record of training jobs, 0x…0a11
/// @notice Keeps commitments to the dataset, base model and hyper-parameters of a job, to the state after each of its steps,
/// and to its result, for whoever opens it. Step states are leaves of a tree: storage grows with their logarithm, and any
/// state can be shown later by its path (a dispute about a step begins there).
/// @dev Native: gas is charged before anything else and does not depend on the state; see docs/spec/precompiles.md.
/// Leaf: keccak256(0x00 ‖ state); node: keccak256(0x01 ‖ left ‖ right); leaves that are not there yet are zero; depth 20.
interface ITraining {
    /// @notice The caller opened a job under this key before.
    error JobExists(bytes32 jobId);
    error UnknownJob(bytes32 jobId);
    error AlreadyRecorded(bytes32 jobId);
    /// @notice States are appended in order; a step that was sent twice is refused.
    error StepOutOfOrder(bytes32 jobId, uint256 given, uint256 expected);
    /// @notice A job has at most 2^20 steps.
    error TooManySteps(bytes32 jobId, uint256 count);
    error MalformedCall();
    error ValueRefused();
    /// @notice Called in a static or delegated call.
    error WriteRefused();

    /// @notice Opens a job of the caller.
    /// @param key any value that the caller has not used yet
    /// @return jobId keccak256(abi.encode(caller, key)): nobody else can take it
    function invoke(
        bytes32 key,
        bytes32 dataset,
        bytes32 base,
        bytes32 hyperParameters
    ) external returns (bytes32 jobId);

    /// @notice Appends states after steps to an open job of the caller.
    /// @param first number of steps so far
    /// @param states 1 to 256 commitments, in order
    /// @return root of the tree of all states so far
    function step(bytes32 key, uint256 first, bytes32[] calldata states) external returns (bytes32 root);

    /// @notice Records the result of a job of the caller, once; no steps can follow.
    function record(bytes32 key, bytes32 result) external returns (bytes32 jobId);

    /// @notice Whether the job is recorded with exactly these commitments.
    function verify(
        bytes32 jobId,
        bytes32 dataset,
        bytes32 base,
        bytes32 hyperParameters,
        bytes32 stepsRoot,
        bytes32 result
    ) external view returns (bool);

    /// @notice Whether `state` is what was recorded after step `index` (from 0). Reverts with UnknownJob.
    /// @param path the siblings from the leaf to the root
    function verifyStep(
        bytes32 jobId,
        uint256 index,
        bytes32 state,
        bytes32[20] calldata path
    ) external view returns (bool);

    /// @notice Reverts with UnknownJob.
    /// @return invoker who opened it
    /// @return status 1 open, 2 recorded
    /// @return stepCount states appended so far
    /// @return dataset commitment given by `invoke`
    /// @return base commitment given by `invoke`
    /// @return hyperParameters commitment given by `invoke`
    /// @return stepsRoot root of the tree of states
    /// @return result commitment given by `record`, zero before
    function read(
        bytes32 jobId
    )
        external
        view
        returns (
            address invoker,
            uint8 status,
            uint256 stepCount,
            bytes32 dataset,
            bytes32 base,
            bytes32 hyperParameters,
            bytes32 stepsRoot,
            bytes32 result
        );
}
