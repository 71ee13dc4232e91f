import {parseBookAddress, isRoutable, isUnspecified} from './bookAddress.ts';
import {parsePeerAddress} from './addresses.ts';
import {LISTEN_ADDRESS_MAX_LENGTH} from './limits.ts';
import type {P2pOptions} from './types.ts';

/**
 * What the operator set, with our id; undefined when nothing is set. Throws RangeError when no peer could dial it.
 */
export function checkedExternalAddress(text: string | undefined, ownPeerId: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  const expected = 'expected /ip4/<address>/tcp/<port> or /ip6/<address>/tcp/<port>';
  let address;
  try {
    address = parseBookAddress(`${text}/p2p/${ownPeerId}`);
  } catch (error) {
    throw new RangeError(`p2p.external_address ${JSON.stringify(text.slice(0, LISTEN_ADDRESS_MAX_LENGTH))}: ${expected}`, {cause: error});
  }
  if (isUnspecified(address.ip)) throw new RangeError(`p2p.external_address ${JSON.stringify(text)} is everywhere and nowhere: ${expected}`);
  return address.text;
}

/**
 * What our hello says of where we can be dialled: what the operator set; else an address that the whole internet reaches; else, when we
 * listen everywhere, the port, to which peers add the address they see; else where we listen. Empty when we do not.
 */
export function listenAddressOf(options: Pick<P2pOptions, 'externalAddress' | 'listen'>, addresses: readonly string[], ownPeerId: string): string {
  const external = checkedExternalAddress(options.externalAddress, ownPeerId);
  if (external !== undefined) return external;
  const own = addresses.flatMap(address => {
    try {
      return [parseBookAddress(address)];
    } catch {
      return [];
    }
  });
  const routable = own.find(({ip}) => isRoutable(ip));
  if (routable !== undefined) return routable.text;
  const everywhere = options.listen.some(address => {
    const ip = parsePeerAddress(`${address}/p2p/${ownPeerId}`).address.getComponents()[0]?.value ?? '';
    return isUnspecified(ip);
  });
  const first = own[0];
  if (first === undefined) return '';
  return everywhere ? `/ip4/0.0.0.0/tcp/${first.port}/p2p/${ownPeerId}` : first.text;
}
