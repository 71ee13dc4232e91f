// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Operators of the inference oracle, the system contract at 0x…1026
/// @notice Who serves which model at which price. An operator is named by the model's creator, has a bond (IBonds), and
/// offers a fee. A request goes to the cheapest one that is fit; one that lets a request pass unanswered loses a part of its
/// bond and the request goes to the next.
interface IOracleOperators {
    struct Service {
        address operator;
        /// Wei for one answer.
        uint128 fee;
        /// Gas that it will give to a callback, at most.
        uint32 callbackGasMax;
        bool isActive;
    }

    event OperatorNamed(uint256 indexed assetId, address indexed operator, bool isNamed);
    event ServiceOffered(uint256 indexed assetId, address indexed operator, uint256 index, uint128 fee, uint32 callbackGasMax);
    event ServiceStopped(uint256 indexed assetId, address indexed operator);
    event OperatorPunished(address indexed operator, uint256 indexed requestId, uint256 amount);
    event MinimumStakeChanged(uint256 previous, uint256 current);
    event PenaltyChanged(uint256 previous, uint256 current);

    error NotCreator(uint256 assetId, address caller);
    error OperatorNotNamed(uint256 assetId, address operator);
    error StakeTooLow(address operator, uint256 stake, uint256 minimum);
    error TooManyOperators(uint256 assetId, uint256 max);
    error NotServing(uint256 assetId, address operator);
    error InvalidOperator(address operator);
    error OnlyOracle(address caller);
    error OnlyGovernance(address caller);
    /// @notice The penalty must not exceed the stake that every operator has.
    error PenaltyAboveStake(uint256 penalty, uint256 minimumStake);

    /// @notice Names an operator of a model, or takes the name back. Only the asset's creator.
    function nameOperator(uint256 assetId, address operator, bool isNamed) external;

    /// @notice Offers to answer requests for a model, or changes the offer, for requests to come. Only a named operator
    /// with the minimum stake.
    function serve(uint256 assetId, uint128 fee, uint32 callbackGasMax) external;

    /// @notice Ends the offer. Requests assigned already are still to be answered.
    function stopServing(uint256 assetId) external;

    /// @notice The cheapest fit operator: active, named, with the minimum stake, a fee of at most `feeMax` and willing to
    /// give the callback its gas. Of equals, the one that began earlier.
    /// @param excluded bit i leaves out the service at index i
    /// @return index of its service
    /// @return operator the zero address when there is none
    /// @return fee in wei
    function pick(
        uint256 assetId,
        uint256 callbackGas,
        uint256 feeMax,
        uint256 excluded
    ) external view returns (uint256 index, address operator, uint128 fee);

    /// @notice Takes the penalty from an operator's bond. Only the oracle.
    function punish(address operator, uint256 requestId) external;

    /// @notice Services of a model, those that were stopped included; at most 16.
    function servicesOf(uint256 assetId) external view returns (Service[] memory);

    function isNamed(uint256 assetId, address operator) external view returns (bool);

    /// @notice Wei that an operator must have bonded to be given requests.
    function minimumStake() external view returns (uint256);

    /// @notice Wei that an unanswered request costs its operator.
    function penalty() external view returns (uint256);

    function setMinimumStake(uint256 amount) external;

    function setPenalty(uint256 amount) external;
}
