//! Whatever is encoded is decoded to the same, and encoded again to the same
//! bytes.

mod random;

use std::sync::Arc;

use hiperf_cim::wmio::{
    ClassObject, Decoder, Object, Prototype, encode_class, encode_class_block, encode_instance,
    encode_instance_block,
};
use hiperf_cim::{Class, Instance};
use random::Random;

/// Both classes are the same; a class that came with an instance has no
/// methods.
fn assert_same_class(class: &Class, other: &Class, with_methods: bool) {
    assert_eq!(class.name(), other.name());
    assert!(class.derivation().eq(other.derivation()));
    assert_eq!(class.qualifiers(), other.qualifiers());
    assert_eq!(class.layout().slots(), other.layout().slots());
    assert_eq!(class.keys(), other.keys());
    for (one, two) in class.properties().iter().zip(other.properties()) {
        let name = one.name();
        assert_eq!((name, one.ty(), one.origin()), (two.name(), two.ty(), two.origin()));
        assert_eq!(one.class_name(), two.class_name(), "{name}");
        assert_eq!(one.default_value(), two.default_value(), "{name}");
        assert_eq!((one.is_key(), one.is_local()), (two.is_key(), two.is_local()), "{name}");
        assert_eq!(one.qualifiers(), two.qualifiers(), "{name}");
    }
    if !with_methods {
        return;
    }
    assert_eq!(class.methods().len(), other.methods().len());
    for (one, two) in class.methods().iter().zip(other.methods()) {
        let name = one.name();
        assert_eq!((name, one.origin(), one.is_local()), (two.name(), two.origin(), two.is_local()));
        assert_eq!(one.qualifiers(), two.qualifiers(), "{name}");
        for (one, two) in [(one.input(), two.input()), (one.output(), two.output())] {
            assert_eq!(one.is_some(), two.is_some(), "{name}");
            if let (Some(one), Some(two)) = (one, two) {
                assert_same_class(one, two, true);
            }
        }
    }
}

fn assert_same_instance(instance: &Instance, other: &Instance) {
    assert_eq!(instance, other);
    assert_eq!(instance.decoration(), other.decoration());
    assert_eq!(instance.qualifiers(), other.qualifiers());
    for index in 0..instance.class().properties().len() {
        assert_eq!(instance.is_default(index), other.is_default(index));
        assert_eq!(instance.property_qualifiers(index), other.property_qualifiers(index));
    }
}

#[test]
fn classes() {
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for round in 0..400 {
        let prototype = random.pick(&[None, Some(Prototype::WithKeys), Some(Prototype::WithoutKeys)]);
        let object = ClassObject { class: random.class(), decoration: random.decoration(), prototype };
        first.clear();
        encode_class(&object, &mut first).unwrap();
        first.extend_from_slice(b"surplus");
        let Object::Class(decoded) = Decoder::new().decode(&first).unwrap() else { panic!("round {round}") };
        assert_same_class(&object.class, &decoded.class, true);
        if let (Some(parent), Some(decoded)) = (object.class.superclass(), decoded.class.superclass()) {
            assert_same_class(parent, decoded, true);
        }
        assert_eq!(object.class.superclass().is_some(), decoded.class.superclass().is_some());
        assert_eq!((&object.decoration, prototype), (&decoded.decoration, decoded.prototype));
        second.clear();
        encode_class(&decoded, &mut second).unwrap();
        assert_eq!(first[..first.len() - 7], second, "round {round}");
    }
}

#[test]
fn instances() {
    let mut random = Random(0xFEDC_BA98_7654_3211);
    let mut decoder = Decoder::new();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for round in 0..400 {
        let class = random.class();
        let mut last: Option<Arc<Class>> = None;
        for _ in 0..4 {
            let instance = random.instance(&class);
            first.clear();
            encode_instance(&instance, &mut first).unwrap();
            let Object::Instance(decoded) = decoder.decode(&first).unwrap() else { panic!("{round}") };
            assert_same_instance(&instance, &decoded);
            second.clear();
            encode_instance(&decoded, &mut second).unwrap();
            assert_eq!(first, second, "round {round}");
            match &last {
                Some(class) => assert!(Arc::ptr_eq(class, decoded.class()), "instances share their class"),
                None => assert_same_class(&class, decoded.class(), false),
            }
            last = Some(decoded.class().clone());
        }
    }
}

#[test]
fn what_a_class_is_encoded_from_does_not_matter() {
    let mut random = Random(77);
    for _ in 0..50 {
        let class = random.class();
        let instance = random.instance(&class);
        let (mut block, mut again) = (Vec::new(), Vec::new());
        encode_instance_block(&instance, &mut block).unwrap();
        let Object::Instance(decoded) = Decoder::new().decode_block(&block).unwrap() else { panic!() };

        // A copy that was changed and changed back has waste in its tail, of
        // which nothing is written.
        let mut changed = instance.clone();
        for property in class.properties() {
            for _ in 0..3 {
                changed.put(property.name(), &random.value(property.ty())).unwrap();
            }
        }
        for (index, property) in class.properties().iter().enumerate() {
            if instance.is_default(index) {
                changed.reset(property.name()).unwrap();
            } else {
                changed.put(property.name(), &instance.value(index)).unwrap();
            }
        }
        encode_instance_block(&changed, &mut again).unwrap();
        assert_eq!(block, again);
        assert_eq!(decoded, changed);

        // The class of a class object and that of an instance are written alike.
        let object = ClassObject { class, decoration: instance.decoration().cloned(), prototype: None };
        let mut definition = Vec::new();
        encode_class_block(&object, &mut definition).unwrap();
        let Object::Class(sent) = Decoder::new().decode_block(&definition).unwrap() else { panic!() };
        assert_same_class(&sent.class, decoded.class(), false);
    }
}
