import {parseBookAddress, isRoutable, isUnspecified} from './bookAddress.ts';
import {parsePeerAddress} from './addresses.ts';
import type {P2pOptions} from './types.ts';

/**
 * What our hello says of where we can be dialled: what the operator set; else an address that the whole internet reaches; else, when we
 * listen everywhere, the port, to which peers add the address they see; else where we listen. Empty when we do not.
 */
export function listenAddressOf(options: Pick<P2pOptions, 'externalAddress' | 'listen'>, addresses: readonly string[], ownPeerId: string): string {
  if (options.externalAddress !== undefined && options.externalAddress !== '') {
    return parseBookAddress(`${options.externalAddress}/p2p/${ownPeerId}`).text;
  }
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
