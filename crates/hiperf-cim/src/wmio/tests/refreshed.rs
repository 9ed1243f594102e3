//! The values of instances alone.

use super::*;

/// The demo instance: tables, qualifiers and heap, without the class's name.
const DEMO_VALUES: &str = "20 00000000 8877665544332211 00000000 04000000 01";
const DEMO_HEAP: &str = "01 6100 b203 0000";

#[test]
fn one_instance() {
    let expected = bytes(&format!("0b000000 {DEMO_VALUES} 07000080 {DEMO_HEAP}"));
    let mut out = Vec::new();
    encode_refreshed(&demo_instance(), &mut out).unwrap();
    assert_eq!(out, expected);
    let check = |input: &[u8]| {
        let instance = Decoder::new().decode_refreshed(input, &demo()).unwrap();
        assert_eq!(instance, demo_instance());
        assert!(instance.is_default(2) && instance.decoration().is_none());
    };
    check(&expected);
    // Other readings of the documents: the size is that of the items, with and
    // without the heap's own length before them.
    check(&bytes(&format!("07000000 {DEMO_VALUES} 07000080 {DEMO_HEAP}")));
    check(&bytes(&format!("07000000 {DEMO_VALUES} {DEMO_HEAP}")));
    for len in 0..expected.len() {
        assert!(Decoder::new().decode_refreshed(&expected[..len], &demo()).is_err(), "{len}");
    }
}

#[test]
fn many_instances() {
    let mut other = demo_instance();
    other.put("Name", &Value::Null).unwrap();
    other.put_property_qualifier(1, flag("q", Flavor::NONE)).unwrap();
    let instances = [demo_instance(), other, Instance::spawn(&demo())];
    let mut out = Vec::new();
    encode_refreshed_list(instances.iter(), &mut out).unwrap();
    assert_eq!(out[..12], bytes("01000000 03000000 25000000"));
    let class = demo();
    let decoded = Decoder::new().decode_refreshed_list(&out, &class).unwrap();
    assert_eq!(decoded, instances);
    assert!(decoded.iter().all(|instance| Arc::ptr_eq(instance.class(), &class)));
    assert_eq!(decoded[1].property_qualifiers(1), instances[1].property_qualifiers(1));
    let mut again = Vec::new();
    encode_refreshed_list(decoded.iter(), &mut again).unwrap();
    assert_eq!(out, again);

    out[0] = 2;
    let refused = Decoder::new().decode_refreshed_list(&out, &class).unwrap_err();
    assert!(refused.message().contains("version 2"), "{refused}");
    (out[0], out[7]) = (1, 0x7F);
    assert!(Decoder::new().decode_refreshed_list(&out, &class).is_err());
}

#[test]
fn defaults_have_a_limit() {
    let long = Value::String("x".repeat(1 << 20));
    let class = class("Long", [declare("T", CimType::String, Some(long))]);
    let instances = vec![Instance::spawn(&class); 200];
    let mut out = Vec::new();
    encode_refreshed_list(instances.iter(), &mut out).unwrap();
    let refused = Decoder::new().decode_refreshed_list(&out, &class).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
}
