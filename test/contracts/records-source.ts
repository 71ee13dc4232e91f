/** Two contracts with one interface: one keeps its jobs with the SAPs, the other in its own storage. */
export const RECORDS_SOURCE = `
pragma solidity ^0.8.28;
import {IInference} from "qanat/protocols/contracts/interfaces/IInference.sol";
import {ITraining} from "qanat/protocols/contracts/interfaces/ITraining.sol";

contract Native {
  IInference constant INFERENCE = IInference(address(0x0a10));
  ITraining constant TRAINING = ITraining(address(0x0a11));
  bytes32 public lastId;
  error Undo();

  function invoke(bytes32 key, bytes32 model, bytes32 input) external { INFERENCE.invoke(key, model, input); }
  function record(bytes32 key, bytes32 output, bytes32 trace) external { INFERENCE.record(key, output, trace); }
  function touch(bytes32 key) external { 
    (,,,, bytes32 output,) = INFERENCE.read(keccak256(abi.encode(address(this), key)));
    require(output != 0);
  }
  function open(bytes32 key, bytes32 dataset, bytes32 base, bytes32 hyper) external { TRAINING.invoke(key, dataset, base, hyper); }
  function step(bytes32 key, uint256 first, bytes32[] calldata states) external { TRAINING.step(key, first, states); }
  function close(bytes32 key, bytes32 result) external { TRAINING.record(key, result); }

  function invokeAndRevert(bytes32 key, bytes32 model, bytes32 input) external {
    INFERENCE.invoke(key, model, input);
    revert Undo();
  }
  function invokeInRevertedCall(bytes32 key, bytes32 model, bytes32 input) external {
    lastId = keccak256(abi.encode(address(this), key));
    try this.invokeAndRevert(key, model, input) {} catch {}
  }
  function opened() external view returns (bool) {
    try INFERENCE.read(lastId) { return true; } catch { return false; }
  }
  function refusedBy(uint256 kind) external returns (bool refused) {
    bytes memory data = abi.encodeCall(IInference.invoke, (bytes32(uint256(77)), bytes32(uint256(1)), bytes32(uint256(2))));
    bool ok = true;
    bytes memory answer;
    if (kind == 0) (ok, answer) = address(INFERENCE).staticcall(data);
    if (kind == 1) (ok, answer) = address(INFERENCE).delegatecall(data);
    refused = !ok && bytes4(answer) == IInference.WriteRefused.selector;
  }
}

/** What a careful Solidity developer would write: packed head, no arrays, a tree with a frontier for the steps. */
contract SolidityRecords {
  struct Job { address invoker; uint8 status; bytes32 model; bytes32 input; bytes32 output; bytes32 trace; }
  struct TrainingJob {
    address invoker; uint8 status; uint32 count;
    bytes32 dataset; bytes32 base; bytes32 hyper; bytes32 root; bytes32 result;
    bytes32[20] frontier;
  }
  mapping(bytes32 => Job) private jobs;
  mapping(bytes32 => TrainingJob) private trainings;
  bytes32[20] private empty;
  error Refused();

  constructor() {
    for (uint256 h = 1; h < 20; ++h) empty[h] = node(empty[h - 1], empty[h - 1]);
  }
  function idOf(bytes32 key) private view returns (bytes32) { return keccak256(abi.encode(msg.sender, key)); }
  function node(bytes32 left, bytes32 right) private pure returns (bytes32) { return keccak256(abi.encodePacked(uint8(1), left, right)); }

  function invoke(bytes32 key, bytes32 model, bytes32 input) external {
    Job storage job = jobs[idOf(key)];
    if (job.status != 0) revert Refused();
    job.invoker = msg.sender; job.status = 1; job.model = model; job.input = input;
  }
  function record(bytes32 key, bytes32 output, bytes32 trace) external {
    Job storage job = jobs[idOf(key)];
    if (job.status != 1) revert Refused();
    job.status = 2; job.output = output; job.trace = trace;
  }
  function touch(bytes32 key) external view {
    Job memory job = jobs[idOf(key)];
    require(job.output != 0);
  }
  function open(bytes32 key, bytes32 dataset, bytes32 base, bytes32 hyper) external {
    TrainingJob storage job = trainings[idOf(key)];
    if (job.status != 0) revert Refused();
    job.invoker = msg.sender; job.status = 1; job.dataset = dataset; job.base = base; job.hyper = hyper;
  }
  function step(bytes32 key, uint256 first, bytes32[] calldata states) external {
    TrainingJob storage job = trainings[idOf(key)];
    uint256 size = job.count;
    if (job.status != 1 || first != size) revert Refused();
    for (uint256 i = 0; i < states.length; ++i) {
      bytes32 carried = keccak256(abi.encodePacked(uint8(0), states[i]));
      uint256 height = 0;
      for (; (size >> height) & 1 == 1; ++height) carried = node(job.frontier[height], carried);
      job.frontier[height] = carried;
      ++size;
    }
    bytes32 root = 0;
    for (uint256 height = 0; height < 20; ++height) {
      root = (size >> height) & 1 == 1 ? node(job.frontier[height], root) : node(root, empty[height]);
    }
    job.count = uint32(size);
    job.root = root;
  }
  function close(bytes32 key, bytes32 result) external {
    TrainingJob storage job = trainings[idOf(key)];
    if (job.status != 1) revert Refused();
    job.status = 2; job.result = result;
  }
}
`;
