pragma circom 2.1.6;

include "bitify.circom";

// out[j] = bias[j] + sum over i of weight[j][i] * in[i]: exact as long as the true sum stays far below r, which the
// emitter checks from the ranges that inputs, weights and biases are proven to have.
template Dense(inputs, outputs) {
    signal input in[inputs];
    signal input weight[outputs][inputs];
    signal input bias[outputs];
    signal output out[outputs];

    signal product[outputs][inputs];
    for (var j = 0; j < outputs; j++) {
        var sum = bias[j];
        for (var i = 0; i < inputs; i++) {
            product[j][i] <== weight[j][i] * in[i];
            sum += product[j][i];
        }
        out[j] <== sum;
    }
}

// out = floor((in + 2^(shift-1)) / 2^shift), rounding half up; shift 0 leaves the number as it is. With relu = 1 a
// negative result becomes 0.
// Sound for |in + 2^(shift-1)| < 2^bits: the offset number in + 2^(shift-1) + 2^bits then has exactly one decomposition
// into bits+1 bits. Its low `shift` bits are the remainder (range-checked by being bits), the higher ones the quotient
// plus 2^(bits-shift), and its top bit is 1 exactly when the number is not negative. Since `bits` >= `shift` the
// quotient's offset is whole.
template Requantise(bits, shift, relu) {
    assert(bits >= 1 && bits <= 248);
    assert(shift >= 0 && shift <= bits);
    signal input in;
    signal output out;

    var half = shift == 0 ? 0 : 1 << (shift - 1);
    component decomposition = Num2Bits(bits + 1);
    decomposition.in <== in + half + (1 << bits);

    var quotient = 0;
    for (var k = shift; k < bits; k++) {
        quotient += decomposition.out[k] * (1 << (k - shift));
    }
    if (relu == 1) {
        // Top bit 1: the low bits are the number itself. Top bit 0: it was negative.
        out <== decomposition.out[bits] * quotient;
    } else {
        out <== quotient + (decomposition.out[bits] - 1) * (1 << (bits - shift));
    }
}
