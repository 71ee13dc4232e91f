import {Common, Hardfork, Mainnet} from '@ethereumjs/common';
import type {EVM} from '@ethereumjs/evm';
import {SimpleStateManager} from '@ethereumjs/statemanager';
import {Account, Address, hexToBytes} from '@ethereumjs/util';
import {sapGenesisAccounts} from '#precompiles';
import {createEvm, customCrypto} from '#precompiles/evm';

/** The chain's EVM over a state in memory that holds the SAP accounts. */
export async function createMachine(): Promise<EVM> {
  const common = new Common({chain: Mainnet, hardfork: Hardfork.Osaka, customCrypto: await customCrypto()});
  const stateManager = new SimpleStateManager({common});
  const evm = await createEvm({common, stateManager});
  for (const {address, nonce, balance, code} of sapGenesisAccounts()) {
    await stateManager.putAccount(addressOf(address), new Account(nonce, balance));
    await stateManager.putCode(addressOf(address), code);
  }
  return evm;
}

export function addressOf(hex: `0x${string}`): Address {
  return new Address(hexToBytes(hex));
}
