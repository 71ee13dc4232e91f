// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice A market of two tokens whose reserves' product never falls; 0.3 % of what comes in stays with the shares.
contract Pair is ERC20("Pair share", "PAIR"), ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    error OutputTooSmall(uint256 output, uint256 minimum);
    error UnknownToken(address token);
    error NothingMinted();

    event Provided(address indexed by, uint256 amount0, uint256 amount1, uint256 shares);
    event Swapped(address indexed by, address indexed tokenIn, uint256 amountIn, uint256 amountOut);

    IERC20 public immutable token0;
    IERC20 public immutable token1;

    constructor(IERC20 first, IERC20 second) {
        token0 = first;
        token1 = second;
    }

    function reserves() public view returns (uint256, uint256) {
        return (token0.balanceOf(address(this)), token1.balanceOf(address(this)));
    }

    function provide(uint256 amount0, uint256 amount1) external nonReentrant returns (uint256 shares) {
        (uint256 reserve0, uint256 reserve1) = reserves();
        shares = totalSupply() == 0
            ? Math.sqrt(amount0 * amount1)
            : Math.min((amount0 * totalSupply()) / reserve0, (amount1 * totalSupply()) / reserve1);
        if (shares == 0) revert NothingMinted();
        _mint(msg.sender, shares);
        emit Provided(msg.sender, amount0, amount1, shares);
        token0.safeTransferFrom(msg.sender, address(this), amount0);
        token1.safeTransferFrom(msg.sender, address(this), amount1);
    }

    function swap(IERC20 tokenIn, uint256 amountIn, uint256 minimum) external nonReentrant returns (uint256 amountOut) {
        if (tokenIn != token0 && tokenIn != token1) revert UnknownToken(address(tokenIn));
        (uint256 reserve0, uint256 reserve1) = reserves();
        (uint256 reserveIn, uint256 reserveOut, IERC20 tokenOut) =
            tokenIn == token0 ? (reserve0, reserve1, token1) : (reserve1, reserve0, token0);
        uint256 effective = amountIn * 997;
        amountOut = (effective * reserveOut) / (reserveIn * 1000 + effective);
        if (amountOut < minimum) revert OutputTooSmall(amountOut, minimum);
        emit Swapped(msg.sender, address(tokenIn), amountIn, amountOut);
        tokenIn.safeTransferFrom(msg.sender, address(this), amountIn);
        tokenOut.safeTransfer(msg.sender, amountOut);
    }
}
