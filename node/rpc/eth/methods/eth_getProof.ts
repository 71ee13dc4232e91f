/** Merkle proofs of an account and of some of its storage (EIP-1186). */
import type {Hash} from '#node/execution';
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {data, quantity} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address, arrayOf, slot, type Parser} from '../schema.ts';

const HEX_DIGITS_OF_WORD = 64;

/** As in geth, the answer shows a key that was a word as a word, and a shorter one as a number. */
const storageKey: Parser<{readonly shown: string; readonly slot: Hash}> = (value, where) => {
  const word = slot(value, where);
  // Half a byte counts as a whole one.
  const isWord = String(value).length - 2 >= HEX_DIGITS_OF_WORD - 1;
  return {slot: word, shown: isWord ? word : quantity(BigInt(word))};
};

export const eth_getProof = defineMethod({
  name: 'eth_getProof',
  params: (limits) => [
    required('address', address),
    required('storageKeys', arrayOf(storageKey, limits.proofSlotsMax)),
    optional('block', blockNumberOrHash, LATEST),
  ],
  isHeavy: true,
  example: {
    params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', ['0x0'], 'latest'],
    result: 'the account, accountProof and storageProof as lists of trie nodes',
  },
  handler: async (context, [account, keys, block]) => {
    const number = await existingNumber(context.chain, block);
    const proof = await context.chain.proof(account, keys.map((key) => key.slot), number);
    return {
      address: proof.address,
      accountProof: proof.accountProof.map(data),
      balance: quantity(proof.balance),
      codeHash: proof.codeHash,
      nonce: quantity(proof.nonce),
      storageHash: proof.storageHash,
      storageProof: proof.storageProof.map((entry, index) => ({
        key: keys[index]!.shown,
        value: quantity(entry.value),
        proof: entry.proof.map(data),
      })),
    };
  },
});
