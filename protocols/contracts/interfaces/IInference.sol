// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The native record of inference jobs, 0x…0a10
/// @notice Keeps commitments to the model, input, output and trace of a job for whoever opens it, once each and for good.
/// It is a record, not a judge: what a job says is as good as its invoker (the InferenceOracle, 0x…1020, records only what
/// it holds to be final).
/// @dev Native: gas is charged before anything else and does not depend on the state; see docs/spec/precompiles.md.
interface IInference {
    /// @notice The caller opened a job under this key before.
    error JobExists(bytes32 jobId);
    error UnknownJob(bytes32 jobId);
    error AlreadyRecorded(bytes32 jobId);
    error MalformedCall();
    error ValueRefused();
    /// @notice Called in a static or delegated call.
    error WriteRefused();

    /// @notice Opens a job of the caller.
    /// @param key any value that the caller has not used yet
    /// @return jobId keccak256(abi.encode(caller, key)): nobody else can take it
    function invoke(bytes32 key, bytes32 model, bytes32 input) external returns (bytes32 jobId);

    /// @notice Records the result of a job of the caller, once.
    function record(bytes32 key, bytes32 output, bytes32 trace) external returns (bytes32 jobId);

    /// @notice Whether the job is recorded with exactly these commitments.
    function verify(
        bytes32 jobId,
        bytes32 model,
        bytes32 input,
        bytes32 output,
        bytes32 trace
    ) external view returns (bool);

    /// @notice Reverts with UnknownJob.
    /// @return invoker who opened it
    /// @return status 1 open, 2 recorded
    /// @return model commitment given by `invoke`
    /// @return input commitment given by `invoke`
    /// @return output commitment given by `record`, zero before
    /// @return trace commitment given by `record`, zero before
    function read(
        bytes32 jobId
    )
        external
        view
        returns (address invoker, uint8 status, bytes32 model, bytes32 input, bytes32 output, bytes32 trace);
}
