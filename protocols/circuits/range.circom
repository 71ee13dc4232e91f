pragma circom 2.1.6;

include "bitify.circom";

// Proves that the signed integer `in` lies in [-2^(bits-1), 2^(bits-1)).
// A negative integer is its field element r - |in|. The offset form in + 2^(bits-1) is then in [0, 2^bits), which has
// exactly one decomposition into `bits` bits as long as 2^bits < r.
// `offset` is that unsigned form, for packing.
template SignedRange(bits) {
    assert(bits >= 1 && bits <= 248);
    signal input in;
    signal output offset;

    offset <== in + (1 << (bits - 1));
    component decomposition = Num2Bits(bits);
    decomposition.in <== offset;
}
