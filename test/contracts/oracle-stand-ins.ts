/** Contracts that tests put around the oracle: a consumer that remembers, and a dispute game that decides as it is told. */
import {compile} from '../support/solc.ts';

const compiled = compile(`
pragma solidity ^0.8.28;
import {IAIOracleCallback, IProvisionalCallback} from "qanat/protocols/contracts/interfaces/IAIOracleCallback.sol";
import {IBonds} from "qanat/protocols/contracts/interfaces/IBonds.sol";
import {IInferenceOracle} from "qanat/protocols/contracts/interfaces/IInferenceOracle.sol";
import {IDisputeResolver} from "qanat/protocols/contracts/interfaces/IDisputeResolver.sol";

contract Consumer is IAIOracleCallback, IProvisionalCallback {
  uint256 public calls;
  uint256 public provisional;
  bytes public lastOutput;
  bytes public lastData;
  function aiOracleCallback(uint256, bytes calldata output, bytes calldata data) external {
    ++calls; lastOutput = output; lastData = data;
  }
  function aiOracleProvisional(uint256, bytes calldata, bytes calldata) external { ++provisional; }
}

/** Counts final callbacks by request and, at each, tries to have what is not its due; takes coin, and tries again then. */
contract Hostile {
  mapping(uint256 => uint256) public calls;
  function onInference(uint256 requestId, int256[] calldata) external { _called(requestId); }
  function aiOracleCallback(uint256 requestId, bytes calldata, bytes calldata) external { _called(requestId); }
  function aiOracleProvisional(uint256 requestId, bytes calldata, bytes calldata) external { _try(requestId); }
  receive() external payable { _try(1); }
  function _called(uint256 requestId) private {
    ++calls[requestId];
    _try(requestId);
    if (requestId % 5 == 0) revert("no");
    if (requestId % 7 == 0) while (true) {}
  }
  function _try(uint256 requestId) private {
    (bool a,) = msg.sender.call(abi.encodeWithSignature("attest(uint256,bytes,bytes)", requestId, hex"0badcafe", ""));
    (bool b,) = msg.sender.call(abi.encodeWithSignature("refund(uint256)", requestId));
    (bool c,) = msg.sender.call(abi.encodeWithSignature("withdrawProverFees(address)", address(this)));
    (bool d,) = msg.sender.call(abi.encodeWithSignature("finalize(uint256,bytes)", requestId, hex"0badcafe"));
    require(!a && !b && !c && !d, "a door was open");
  }
}

/** Reads the books in one call: what the accounts are owed, what open requests paid, statuses, callbacks, bonds. */
contract Auditor {
  IInferenceOracle constant ORACLE = IInferenceOracle(0x0000000000000000000000000000000000001020);
  IBonds constant BONDS = IBonds(0x0000000000000000000000000000000000001009);
  function audit(address[] calldata accounts, uint256[] calldata ids, Hostile hostile) external view
    returns (uint256 owed, uint256 open, uint256 bonds, uint8[] memory statuses, uint256[] memory calls)
  {
    for (uint256 i = 0; i < accounts.length; ++i) {
      owed += ORACLE.proverBalance(accounts[i]);
      IBonds.Bond memory bond = BONDS.bondOf(accounts[i]);
      bonds += uint256(bond.bonded) + bond.unbonding;
    }
    statuses = new uint8[](ids.length);
    calls = new uint256[](ids.length);
    for (uint256 i = 0; i < ids.length; ++i) {
      IInferenceOracle.Request memory asked = ORACLE.getRequest(ids[i]);
      statuses[i] = uint8(asked.status);
      calls[i] = hostile.calls(ids[i]);
      if (statuses[i] == 1 || statuses[i] == 4) open += asked.price;
    }
  }
}

/** Takes optimistic results alone. */
contract Resolver is IDisputeResolver {
  mapping(uint256 => Outcome) public outcomeOf;
  mapping(uint256 => address) public proposerOf;
  function accepts(uint8 mode) external pure returns (bool) { return mode == 1; }
  function open(uint256 requestId, address proposer, bytes32, bytes32, bytes32, bytes32) external {
    require(proposerOf[requestId] == address(0));
    proposerOf[requestId] = proposer;
  }
  function decide(uint256 requestId, Outcome outcome) external { outcomeOf[requestId] = outcome; }
}`);

export const CONSUMER = compiled['Consumer']!;
export const HOSTILE = compiled['Hostile']!;
export const AUDITOR = compiled['Auditor']!;
export const RESOLVER = compiled['Resolver']!;
