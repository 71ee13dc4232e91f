import type {CustomCrypto} from '@ethereumjs/common';
import type {Bls12381} from '../mcl/bls12-381.ts';

type Kzg = NonNullable<CustomCrypto['kzg']>;

/**
 * The part of KZG that executing a block needs: the opening check of precompile 0x0a. Blobs themselves
 * are neither made nor accepted by this node.
 */
export function openingVerifier(curve: Bls12381): Kzg {
  return {
    verifyProof: (commitment, z, y, proof) =>
      curve.verifyOpening(fromHex(commitment), fromHex(z), fromHex(y), fromHex(proof)),
    blobToKzgCommitment: noBlobs,
    computeBlobProof: noBlobs,
    verifyBlobProofBatch: noBlobs,
    computeCells: noBlobs,
    computeCellsAndProofs: noBlobs,
    recoverCellsAndProofs: noBlobs,
    verifyCellKzgProofBatch: noBlobs,
  };
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
}

function noBlobs(): never {
  throw new Error('this node carries no blobs');
}
