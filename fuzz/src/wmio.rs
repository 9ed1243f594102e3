//! Encoded objects: what is decoded is encoded, and decoded again it is the
//! same; and no input takes much more memory than its own size.

use hiperf_cim::wmio::{Decoder, Object, encode_class, encode_instance, encode_instance_without_class};

use crate::{describe, sys};

/// Bytes that decoding may take whatever the input is.
const ALWAYS_BYTES: usize = 1 << 20;
/// Bytes that decoding may take for each byte of the input: a reference of
/// four bytes to a short string becomes a value of 16 times as many, and the
/// average byte may be nested in 16 objects. Common are less than 10.
const BYTES_PER_BYTE: usize = 16 * 16;

/// Checks an EncodingUnit, or an ObjectBlock if the signature is missing.
pub fn check(input: &[u8]) {
    let (decoded, peak) = sys::peak(|| decode(input));
    let most = ALWAYS_BYTES + BYTES_PER_BYTE * input.len();
    assert!(peak <= most, "decoding {} bytes took {peak}", input.len());
    let Ok(object) = decoded else { return };

    let encoded = encode(&object);
    let again = decode(&encoded).expect("what was encoded is decoded");
    describe::assert_same(&object, &again);
    assert_eq!(encode(&again), encoded);

    // Without its class it is read by one who got the class from us.
    if let (Object::Instance(instance), Object::Instance(received)) = (object, &again) {
        let mut block = Vec::new();
        encode_instance_without_class(&instance, &mut block).expect("it was encoded with its class");
        let alone = Decoder::new().decode_instance_without_class(&block, received.class());
        let alone = Object::Instance(alone.expect("what was encoded is decoded"));
        describe::assert_same(&alone, &again);
    }
}

fn decode(input: &[u8]) -> hiperf_cim::Result<Object> {
    let mut decoder = Decoder::new();
    if input.starts_with(b"\x78\x56\x34\x12") { decoder.decode(input) } else { decoder.decode_block(input) }
}

fn encode(object: &Object) -> Vec<u8> {
    let mut out = Vec::new();
    let encoded = match object {
        Object::Class(class) => encode_class(class, &mut out),
        Object::Instance(instance) => encode_instance(instance, &mut out),
    };
    encoded.expect("what was decoded is encoded");
    out
}
