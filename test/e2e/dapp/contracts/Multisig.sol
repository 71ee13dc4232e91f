// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";

/// @notice Acts when enough of its owners have approved.
contract Multisig is ERC721Holder {
    error NotAnOwner(address caller);
    error ApprovedAlready(uint256 id, address owner);
    error Executed(uint256 id);

    event Proposed(uint256 indexed id, address indexed by, address target, uint256 value, bytes data);
    event Approved(uint256 indexed id, address indexed by, uint256 approvals);
    event Done(uint256 indexed id, bytes result);

    struct Proposal {
        address target;
        uint256 value;
        bytes data;
        uint256 approvals;
        bool executed;
    }

    uint256 public immutable threshold;
    mapping(address => bool) public isOwner;
    mapping(uint256 => mapping(address => bool)) public hasApproved;
    Proposal[] public proposals;

    modifier onlyOwner() {
        if (!isOwner[msg.sender]) revert NotAnOwner(msg.sender);
        _;
    }

    constructor(address[] memory owners, uint256 required) payable {
        require(required > 0 && required <= owners.length, "bad threshold");
        threshold = required;
        for (uint256 i = 0; i < owners.length; i++) isOwner[owners[i]] = true;
    }

    receive() external payable {}

    function propose(address target, uint256 value, bytes calldata data) external onlyOwner returns (uint256 id) {
        id = proposals.length;
        proposals.push(Proposal(target, value, data, 0, false));
        emit Proposed(id, msg.sender, target, value, data);
    }

    /// @notice The approval that is the last needed executes.
    function approve(uint256 id) external onlyOwner {
        Proposal storage proposal = proposals[id];
        if (proposal.executed) revert Executed(id);
        if (hasApproved[id][msg.sender]) revert ApprovedAlready(id, msg.sender);
        hasApproved[id][msg.sender] = true;
        uint256 approvals = ++proposal.approvals;
        emit Approved(id, msg.sender, approvals);
        if (approvals < threshold) return;
        proposal.executed = true;
        (bool succeeded, bytes memory result) = proposal.target.call{value: proposal.value}(proposal.data);
        emit Done(id, Address.verifyCallResult(succeeded, result));
    }
}
