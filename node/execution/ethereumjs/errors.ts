/** @ethereumjs/evm's failures in the words of geth's core/vm/errors.go. */
export function gethError(failure: string): string {
  // @ethereumjs/evm appends where the jump stood.
  if (failure.startsWith('invalid JUMP')) return 'invalid jump destination';
  return GETH_ERRORS[failure] ?? failure;
}

const GETH_ERRORS: Readonly<Record<string, string>> = {
  'out of gas': 'out of gas',
  'code store out of gas': 'contract creation code storage out of gas',
  'code size to deposit exceeds maximum code size': 'max code size exceeded',
  'stack underflow': 'stack underflow',
  'stack overflow': 'stack limit reached 1024',
  'invalid opcode': 'invalid opcode',
  'value out of range': 'return data out of bounds',
  'static state change': 'write protection',
  'create collision': 'contract address collision',
  'insufficient balance': 'insufficient balance for transfer',
  'invalid bytecode deployed': 'invalid code: must not begin with 0xef',
  'initcode exceeds max initcode size': 'max initcode size exceeded',
  'value overflow': 'insufficient balance for transfer',
};
