import {Reader, Writer} from 'protobufjs/minimal.js';
import {LISTEN_ADDRESS_MAX_LENGTH, PEX_ADDRESSES_MAX} from './limits.ts';
import {BYTES, eachField, guarded, MalformedMessageError, tag} from './messages.ts';

/**
 * The exchange of addresses, as CometBFT's `proto/tendermint/p2p/pex.proto` with multiaddrs for NetAddress:
 *
 *     message Message  { oneof sum { PexRequest pex_request = 1; PexAddrs pex_addrs = 2; } }
 *     message PexRequest {}
 *     message PexAddrs { repeated string addrs = 1; }
 */
export type PexMessage = {readonly type: 'request'} | {readonly type: 'addresses'; readonly addresses: readonly string[]};

export function encodePexRequest(): Uint8Array {
  return Writer.create().uint32(tag(1, BYTES)).fork().ldelim().finish();
}

export function encodePexAddresses(addresses: readonly string[]): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(2, BYTES)).fork();
  for (const address of addresses) writer.uint32(tag(1, BYTES)).string(address);
  return writer.ldelim().finish();
}

/** Throws MalformedMessageError, also when there are too many addresses or one is too long. */
export function decodePex(bytes: Uint8Array): PexMessage {
  return guarded('address exchange', () => {
    let message: PexMessage | undefined;
    eachField(Reader.create(bytes), (reader, fieldTag) => {
      if (fieldTag === tag(1, BYTES)) {
        reader.bytes();
        message = {type: 'request'};
      } else if (fieldTag === tag(2, BYTES)) message = {type: 'addresses', addresses: decodeAddresses(reader.bytes())};
      else return false;
      return true;
    });
    if (message === undefined) throw new MalformedMessageError('address exchange is neither request nor addresses');
    return message;
  });
}

function decodeAddresses(bytes: Uint8Array): string[] {
  const addresses: string[] = [];
  eachField(Reader.create(bytes), (reader, fieldTag) => {
    if (fieldTag !== tag(1, BYTES)) return false;
    if (addresses.length === PEX_ADDRESSES_MAX) throw new MalformedMessageError(`more than ${PEX_ADDRESSES_MAX} addresses`);
    const address = reader.string();
    if (address.length > LISTEN_ADDRESS_MAX_LENGTH) throw new MalformedMessageError(`address of ${address.length} characters`);
    addresses.push(address);
    return true;
  });
  return addresses;
}
