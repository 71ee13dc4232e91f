pragma circom 2.1.6;

include "poseidon.circom";
include "range.circom";

// Hiding and binding commitment to `count` integers of widths bits[0..count-1].
//   1. Each integer is range-checked and brought to its unsigned form, value + 2^(bits-1).
//   2. The unsigned forms are packed, first one lowest, into words of at most 252 bits; an integer that does not fit
//      begins a new word. Widths are constants of the circuit, so the packing is injective.
//   3. The sequence [tag, salt, word 0, word 1, ...] is absorbed by Poseidon, 16 elements at first and then the running
//      hash with 15 more at a time. The lengths are constants of the circuit too.
// `tag` is a constant that names the architecture; `salt` is a random field element that hides the integers.
template Commitment(tag, count, bits) {
    signal input value[count];
    signal input salt;
    signal output out;

    var words = 1;
    var filled = 0;
    for (var i = 0; i < count; i++) {
        if (filled + bits[i] > 252) {
            words++;
            filled = 0;
        }
        filled += bits[i];
    }

    component range[count];
    var packed[words];
    var word = 0;
    filled = 0;
    for (var i = 0; i < count; i++) {
        range[i] = SignedRange(bits[i]);
        range[i].in <== value[i];
        if (filled + bits[i] > 252) {
            word++;
            filled = 0;
        }
        packed[word] += range[i].offset * (1 << filled);
        filled += bits[i];
    }

    var total = words + 2;
    signal element[total];
    element[0] <== tag;
    element[1] <== salt;
    for (var i = 0; i < words; i++) {
        element[i + 2] <== packed[i];
    }

    var rounds = total <= 16 ? 1 : 1 + (total - 16 + 14) \ 15;
    component hash[rounds];
    var used = 0;
    for (var round = 0; round < rounds; round++) {
        var carried = round == 0 ? 0 : 1;
        var fresh = total - used < 16 - carried ? total - used : 16 - carried;
        hash[round] = Poseidon(carried + fresh);
        if (round > 0) {
            hash[round].inputs[0] <== hash[round - 1].out;
        }
        for (var i = 0; i < fresh; i++) {
            hash[round].inputs[carried + i] <== element[used + i];
        }
        used += fresh;
    }
    out <== hash[rounds - 1].out;
}
