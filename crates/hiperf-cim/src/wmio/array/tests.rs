//! Bytes of an array, and what is refused.

use super::*;
use crate::wmio::tests::{
    DECORATION, DEMO_INSTANCE, DEMO_PART, NO_METHODS, NO_PARENT, bytes, decoration, demo, demo_instance,
};
use crate::wmio::{ClassObject, Object};
use crate::{Instance, PropertyDeclaration, Status, Value};

/// GUIDs that are as random as a test needs them.
fn ids() -> impl FnMut() -> [u8; 16] {
    let mut next = 0xA0;
    move || {
        next += 1;
        [next; 16]
    }
}

fn encoded(objects: &[Object]) -> Vec<u8> {
    let mut out = Vec::new();
    ArrayEncoder::new(ids()).encode(Packet::Next, objects.iter(), &mut out).unwrap();
    out
}

#[test]
fn the_bytes() {
    let class = Object::Class(ClassObject { class: demo(), decoration: decoration(), prototype: None });
    let objects = [class, Object::Instance(demo_instance()), Object::Instance(demo_instance())];
    let (class, part, instance) = (0x132_u32, 0x12D_u32, 0x43_u32);
    let word = |word: u32| word.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let in_third = 3 * 9 + 8 + 2 * 24 + class + part + instance;
    let expected = format!(
        "00000000 5742454d44415441 1a000000 {} 00000000 01 01
         08000000 {} 0c000000 {} 03000000
         09000000 {} 01 08000000 {} 05 {DECORATION} {NO_PARENT} {DEMO_PART} {NO_METHODS}
         09000000 {} 02 18000000 {} a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 06 {DECORATION} {DEMO_PART} {DEMO_INSTANCE}
         09000000 {} 03 18000000 {} a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 06 {DECORATION} {DEMO_INSTANCE}",
        word(in_third + 20),
        word(in_third + 12),
        word(in_third),
        word(class + 8),
        word(class),
        word(part + 24),
        word(part),
        word(instance + 24),
        word(instance),
    );
    assert_eq!(encoded(&objects), bytes(&expected));
}

#[test]
fn classes_are_remembered() {
    let (mut encoder, mut decoder) = (ArrayEncoder::new(ids()), ArrayDecoder::new());
    let mut lens = Vec::new();
    for _ in 0..3 {
        let mut out = Vec::new();
        // An equal class is the same one, wherever it was made.
        let object = Object::Instance(Instance::spawn(&demo()));
        encoder.encode(Packet::Indicate, [&object].into_iter(), &mut out).unwrap();
        let (packet, objects) = decoder.decode(&out).unwrap();
        let [Object::Instance(instance)] = &objects[..] else { panic!("{objects:?}") };
        assert_eq!((packet, instance.class().name()), (Packet::Indicate, "Demo"));
        lens.push(out.len());
    }
    assert!(lens[1] < lens[0] && lens[1] == lens[2]);
    let mut later = Vec::new();
    encoder.encode(Packet::Next, [&Object::Instance(demo_instance())].into_iter(), &mut later).unwrap();
    let unknown = ArrayDecoder::new().decode(&later).unwrap_err();
    assert!(unknown.message().contains("object 0 of the array: byte"), "{unknown}");
    assert!(unknown.message().contains("class of the instance was not sent"), "{unknown}");
}

#[track_caller]
fn refuses(array: &[u8], message: &str) {
    let error = ArrayDecoder::new().decode(array).map(|_| ()).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INVALID_OBJECT, "{error}");
    assert!(error.message().contains(message), "{error}");
}

#[test]
fn what_is_refused() {
    let array = encoded(&[Object::Instance(demo_instance())]);
    let changed = |at: usize, byte: u8| {
        let mut array = array.clone();
        array[at] = byte;
        array
    };
    refuses(&changed(0, 1), "this is no array of objects");
    refuses(&changed(4, b'X'), "this is no array of objects");
    refuses(&changed(12, 27), "the header of the array is 27 bytes long, not 26");
    refuses(&changed(24, 2), "version 2 or packet 1 of the array is not known");
    refuses(&changed(25, 2), "version 1 or packet 2");
    refuses(&changed(26, 9), "the second header is 9 bytes long");
    refuses(&changed(34, 9), "the third header is 9 bytes long");
    refuses(&changed(42, 2), "object 1 of the array");
    refuses(&changed(46, 8), "an object's header is 8 bytes long");
    refuses(&changed(54, 4), "an object of the unknown kind 4");
    refuses(&changed(54, 1), "an object's header is 24 bytes long, not 8");
    refuses(&changed(54, 3), "was not sent");
    // A count that no array can hold takes no memory.
    refuses(&changed(45, 0xFF), "object 1 of the array");
    for len in 0..array.len() {
        assert!(ArrayDecoder::new().decode(&array[..len]).is_err(), "{len}");
    }
}

#[test]
fn defaults_have_a_limit() {
    let long = Value::String("x".repeat(1 << 20));
    let property = PropertyDeclaration {
        default: Some(long),
        ..crate::wmio::tests::declare("T", crate::CimType::String, None)
    };
    let class = crate::wmio::tests::class("Long", [property]);
    let objects: Vec<Object> = (0..200).map(|_| Object::Instance(Instance::spawn(&class))).collect();
    let few = encoded(&objects[..10]);
    assert_eq!(ArrayDecoder::new().decode(&few).unwrap().1.len(), 10);
    let refused = ArrayDecoder::new().decode(&encoded(&objects)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
}
