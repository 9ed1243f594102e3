//! No input makes the decoder panic or take much more memory than the input.
//!
//! Alone in its file, because it measures the whole process.

mod random;

use hiperf_cim::Status;
use hiperf_cim::wmio::{ClassObject, Decoder, Object, encode_class, encode_instance};
use random::Random;

/// Inputs to decode.
const ROUNDS: usize = 30_000;

/// What is longer than its input in every decoded object: a property of a few
/// bytes gets its place in the block, and a string of the dictionary its text.
const LONGEST_PER_BYTE: usize = 4;

/// Address space that decoding small inputs may take: far less than any length
/// that a mutated input claims.
const MOST_KIB: u64 = 256 << 10;

/// The address space that the process has had at most; 0 where the system
/// doesn't tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Changes some bytes, most often those of a length, a count or a reference.
#[allow(clippy::cast_possible_truncation)]
fn mutate(unit: &mut Vec<u8>, random: &mut Random) {
    let at = random.index(unit.len());
    match random.next(8) {
        0 => unit.truncate(at),
        1 => unit.extend((0..random.next(64)).map(|n| (n as u8).wrapping_mul(37))),
        2 => {
            let (from, len) = (random.index(unit.len()), random.index(64));
            let piece: Vec<u8> = unit[from..].iter().take(len).copied().collect();
            unit.splice(at..at, piece);
        }
        3 => {
            let len = random.index(16);
            unit.drain(at..(at + len).min(unit.len()));
        }
        4 | 5 => unit[at] ^= 1 << random.next(8),
        _ => {
            let words =
                [0, 1, 4, 5, 0x7F, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0x8000_000B, 0xFFFF_FFFE, u32::MAX];
            let word = random.pick(&words).to_le_bytes();
            unit.iter_mut().skip(at).zip(word).for_each(|(byte, new)| *byte = new);
        }
    }
}

/// Uses all of an object, as a client would.
fn use_all(object: Object, input_len: usize) {
    let (class, instance) = match object {
        Object::Class(object) => {
            let mut out = Vec::new();
            encode_class(&object, &mut out).unwrap();
            (object.class.clone(), None)
        }
        Object::Instance(instance) => (instance.class().clone(), Some(instance)),
    };
    let texts: usize =
        class.properties().iter().map(|property| property.default_value().to_string().len()).sum();
    assert!(texts <= 64 * input_len, "{texts} characters of {input_len} bytes");
    let Some(mut instance) = instance else { return };
    assert!(instance.block().len() <= LONGEST_PER_BYTE * input_len, "{} bytes", instance.block().len());
    let mut out = Vec::new();
    encode_instance(&instance, &mut out).unwrap();
    let Object::Instance(again) = Decoder::new().decode(&out).unwrap() else { panic!("a class") };
    for (index, property) in class.properties().iter().enumerate() {
        let (value, same) = (instance.value(index), again.value(index));
        // What is no number is not equal to itself, and what came in another
        // layout than ours is written in ours.
        let is_same = value == same || format!("{value:?}") == format!("{same:?}");
        assert!(is_same, "{}: {value:?} {same:?}", property.name());
        instance.put(property.name(), &value).unwrap();
    }
    assert!(instance.relpath().is_none_or(|path| path.starts_with(class.name())));
}

#[test]
fn mutations() {
    let mut random = Random(0x0DDB_1A5E_5BAD_5EED);
    let mut units = Vec::new();
    for _ in 0..40 {
        let (class, mut out) = (random.class(), Vec::new());
        encode_instance(&random.instance(&class), &mut out).unwrap();
        units.push(out);
        let (decoration, prototype, mut out) = (random.decoration(), None, Vec::new());
        encode_class(&ClassObject { class, decoration, prototype }, &mut out).unwrap();
        units.push(out);
    }
    let before = peak_kib();
    let (mut accepted, mut decoder) = (0, Decoder::new());
    for round in 0..ROUNDS {
        let mut unit = units[round % units.len()].clone();
        for _ in 0..=random.next(3) {
            if !unit.is_empty() {
                mutate(&mut unit, &mut random);
            }
        }
        match decoder.decode(&unit) {
            Ok(object) => {
                accepted += 1;
                use_all(object, unit.len());
            }
            Err(error) => {
                let known = [
                    Status::WBEM_E_INVALID_OBJECT,
                    Status::WBEM_E_NOT_SUPPORTED,
                    Status::WBEM_E_QUOTA_VIOLATION,
                ];
                assert!(known.contains(&error.status()), "{error:?}");
            }
        }
    }
    assert!(accepted > ROUNDS / 10, "only {accepted} were accepted: too few reach far enough");
    let taken = peak_kib() - before;
    assert!(taken < MOST_KIB, "decoding took {taken} KiB");
}
