/** Why a frame ended without a result and lost its gas, in the words of geth's core/vm/errors.go. */
export type Failure =
  | 'out of gas'
  | 'stack underflow'
  | 'stack limit reached 1024'
  | 'invalid opcode'
  | 'invalid jump destination'
  | 'write protection'
  | 'contract address collision'
  | 'max code size exceeded'
  | 'max initcode size exceeded'
  | 'invalid code: must not begin with 0xef'
  | 'insufficient balance for transfer';

export const OUT_OF_GAS: Failure = 'out of gas';
export const STACK_UNDERFLOW: Failure = 'stack underflow';
export const STACK_OVERFLOW: Failure = 'stack limit reached 1024';
export const WRITE_PROTECTION: Failure = 'write protection';
