//! Arrays of objects and values of instances: what is encoded is decoded to the
//! same, and no input does harm.

mod random;

use std::sync::Arc;

use hiperf_cim::wmio::{
    ArrayDecoder, ArrayEncoder, ClassObject, Decoder, Object, Packet, encode_class, encode_instance,
    encode_refreshed_list,
};
use hiperf_cim::{Class, Instance, Status};
use random::Random;

/// GUIDs that no two classes of a test share.
fn ids() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u128;
    move || {
        next += 1;
        next.to_le_bytes()
    }
}

/// Objects are the same if their encodings are.
fn bytes(object: &Object) -> Vec<u8> {
    let mut out = Vec::new();
    match object {
        Object::Class(class) => encode_class(class, &mut out).unwrap(),
        Object::Instance(instance) => encode_instance(instance, &mut out).unwrap(),
    }
    out
}

fn object(random: &mut Random, classes: &[Arc<Class>]) -> Object {
    let class = classes[random.index(classes.len())].clone();
    match random.next(5) {
        0 => Object::Class(ClassObject { class, decoration: random.decoration(), prototype: None }),
        _ => Object::Instance(random.instance(&class)),
    }
}

#[test]
fn arrays_survive() {
    let mut random = Random(0x51AB_0C3D_77E1_9F25);
    for round in 0..40 {
        let classes: Vec<Arc<Class>> = (0..4).map(|_| random.class()).collect();
        let (mut encoder, mut decoder) = (ArrayEncoder::new(ids()), ArrayDecoder::new());
        let mut second = ArrayEncoder::new(ids());
        for _ in 0..4 {
            let objects: Vec<Object> = (0..random.index(12)).map(|_| object(&mut random, &classes)).collect();
            let packet = random.pick(&[Packet::Indicate, Packet::Next]);
            let (mut array, mut again) = (Vec::new(), Vec::new());
            encoder.encode(packet, objects.iter(), &mut array).unwrap();
            let len = array.len();
            array.extend_from_slice(b"surplus");
            let (decoded_packet, decoded) = decoder.decode(&array).unwrap();
            assert_eq!((decoded_packet, decoded.len()), (packet, objects.len()));
            for (object, decoded) in objects.iter().zip(&decoded) {
                assert_eq!(bytes(object), bytes(decoded), "round {round}");
            }
            second.encode(packet, decoded.iter(), &mut again).unwrap();
            assert_eq!(array[..len], again, "round {round}");
        }
    }
}

#[test]
fn refreshed_values_survive() {
    let mut random = Random(0x1F2E_3D4C_5B6A_7988);
    for _ in 0..100 {
        let class = random.class();
        let instances: Vec<Instance> = (0..random.index(6)).map(|_| random.instance(&class)).collect();
        let (mut out, mut again) = (Vec::new(), Vec::new());
        encode_refreshed_list(instances.iter(), &mut out).unwrap();
        let decoded = Decoder::new().decode_refreshed_list(&out, &class).unwrap();
        assert_eq!(decoded, instances);
        for (instance, decoded) in instances.iter().zip(&decoded) {
            assert_eq!(instance.qualifiers(), decoded.qualifiers());
            for index in 0..class.properties().len() {
                assert_eq!(instance.is_default(index), decoded.is_default(index));
                assert_eq!(instance.property_qualifiers(index), decoded.property_qualifiers(index));
            }
        }
        encode_refreshed_list(decoded.iter(), &mut again).unwrap();
        assert_eq!(out, again);
    }
}

/// Changes some bytes, most often those of a length or a count.
fn mutate(input: &mut Vec<u8>, random: &mut Random) {
    let at = random.index(input.len());
    match random.next(6) {
        0 => input.truncate(at),
        1 => input[at] ^= 1 << random.next(8),
        2 => {
            let len = random.index(16);
            input.drain(at..(at + len).min(input.len()));
        }
        3 => {
            let piece = input[at..].iter().take(32).copied().collect::<Vec<u8>>();
            input.splice(at..at, piece);
        }
        _ => {
            let word = random.pick(&[0_u32, 1, 8, 9, 24, 0x7FFF_FFFF, 0x8000_0000, u32::MAX]).to_le_bytes();
            input.iter_mut().skip(at).zip(word).for_each(|(byte, new)| *byte = new);
        }
    }
}

#[test]
fn mutations() {
    const KNOWN: [Status; 3] =
        [Status::WBEM_E_INVALID_OBJECT, Status::WBEM_E_NOT_SUPPORTED, Status::WBEM_E_QUOTA_VIOLATION];
    let mut random = Random(0xBAD5_EED0_1234_5677);
    let mut accepted = [0, 0];
    for _ in 0..60 {
        let class = random.class();
        let classes = [class.clone(), random.class()];
        let objects: Vec<Object> = (0..4).map(|_| object(&mut random, &classes)).collect();
        let (mut array, mut list) = (Vec::new(), Vec::new());
        ArrayEncoder::new(ids()).encode(Packet::Next, objects.iter(), &mut array).unwrap();
        let instances: Vec<Instance> = (0..3).map(|_| random.instance(&class)).collect();
        encode_refreshed_list(instances.iter(), &mut list).unwrap();
        for _ in 0..100 {
            let (mut wrong_array, mut wrong_list) = (array.clone(), list.clone());
            mutate(&mut wrong_array, &mut random);
            mutate(&mut wrong_list, &mut random);
            match ArrayDecoder::new().decode(&wrong_array) {
                Ok((_, objects)) => {
                    accepted[0] += 1;
                    objects.iter().for_each(|object| drop(bytes(object)));
                }
                Err(error) => assert!(KNOWN.contains(&error.status()), "{error}"),
            }
            match Decoder::new().decode_refreshed_list(&wrong_list, &class) {
                Ok(instances) => {
                    accepted[1] += 1;
                    encode_refreshed_list(instances.iter(), &mut Vec::new()).unwrap();
                }
                Err(error) => assert!(KNOWN.contains(&error.status()), "{error}"),
            }
        }
    }
    assert!(accepted.iter().all(|count| *count > 600), "too few reach far enough: {accepted:?}");
}
