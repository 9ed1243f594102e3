use super::*;

fn image(objects: &[(&str, &str)]) -> Vec<u8> {
    build(7, objects.iter().map(|(key, record)| Ok((key.as_bytes(), record.as_bytes())))).unwrap()
}

fn many() -> Vec<(String, String)> {
    (0..1000).map(|n| (format!("C{n:04}"), "x".repeat(n % 50))).collect()
}

#[test]
fn holds_what_was_put_in() {
    let many = many();
    let borrowed: Vec<(&str, &str)> = many.iter().map(|(k, r)| (k.as_str(), r.as_str())).collect();
    let opened = Image::from_bytes(image(&borrowed)).unwrap();
    opened.verify().unwrap();
    assert_eq!(opened.generation(), 7);
    for (key, record) in &many {
        assert_eq!(opened.get(key.as_bytes()).unwrap(), Some(record.as_bytes()), "{key}");
    }
    assert_eq!(opened.get(b"C1000").unwrap(), None);
    let tens: Vec<_> = opened.scan(b"C010").map(|entry| entry.unwrap().0.to_vec()).collect();
    assert_eq!(tens.len(), 10);
    assert_eq!(tens[0], b"C0100");
    assert_eq!(opened.scan(b"D").count() + opened.scan(b"B").count(), 0);
    assert_eq!(opened.scan(b"").count(), 1000);

    let empty = Image::from_bytes(image(&[])).unwrap();
    empty.verify().unwrap();
    assert_eq!((empty.get(b"").unwrap(), empty.scan(b"").count()), (None, 0));
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let whole = image(&[("Ca", "first"), ("Cb", "second"), ("Ia.b=1", "")]);
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let found = Image::from_bytes(flipped).and_then(|image| image.verify());
        // Bit 2^32 of the unused word is under the header's checksum as well.
        assert!(found.is_err(), "bit {bit}");
    }
    for len in 0..whole.len() {
        assert!(Image::from_bytes(whole[..len].to_vec()).is_err(), "{len} bytes");
    }
}
