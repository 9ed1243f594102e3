//! Arrays of objects: what is decoded is encoded, and decoded again it is the
//! same; and no input takes much more memory than its own size.

use hiperf_cim::wmio::{ArrayDecoder, ArrayEncoder, Object, Packet};

use crate::{describe, sys};

/// Bytes that decoding may take whatever the input is: defaults of classes
/// among them.
const ALWAYS_BYTES: usize = 8 << 20;
/// Bytes that decoding may take for each byte of the input, as for an object
/// alone.
const BYTES_PER_BYTE: usize = 16 * 16;

/// Checks an ObjectArray.
pub fn check(input: &[u8]) {
    let (decoded, peak) = sys::peak(|| ArrayDecoder::new().decode(input));
    let most = ALWAYS_BYTES + BYTES_PER_BYTE * input.len();
    assert!(peak <= most, "decoding {} bytes took {peak}", input.len());
    let Ok((packet, objects)) = decoded else { return };

    let encoded = encode(packet, &objects);
    let (same_packet, again) = ArrayDecoder::new().decode(&encoded).expect("what was encoded is decoded");
    assert_eq!((same_packet, again.len()), (packet, objects.len()));
    objects.iter().zip(&again).for_each(|(one, other)| describe::assert_same(one, other));
    assert_eq!(encode(packet, &again), encoded);
}

fn encode(packet: Packet, objects: &[Object]) -> Vec<u8> {
    let (mut out, mut next) = (Vec::new(), 0_u128);
    let ids = || {
        next += 1;
        next.to_le_bytes()
    };
    ArrayEncoder::new(ids).encode(packet, objects.iter(), &mut out).expect("what was decoded is encoded");
    out
}
