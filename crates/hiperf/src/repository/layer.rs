//! [`Layer`]: an image, and what has changed since.
//!
//! The published repository is an image without changes; a transaction is the
//! same image with its own; what is compiled into this process only is changes
//! without an image.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::sync::Arc;

use hiperf_cim::Result;

use super::image::Image;

/// Keys with their new records; `None` for a key that is gone.
pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Keys and records, some of them from an image.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    base: Option<Arc<Image>>,
    pub changes: Changes,
}

impl Layer {
    /// An image as it is.
    pub(crate) fn new(base: Arc<Image>) -> Layer {
        Layer { base: Some(base), changes: Changes::new() }
    }

    /// The record of a key.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: the image is damaged.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        if !self.changes.is_empty()
            && let Some(record) = self.changes.get(key)
        {
            return Ok(record.as_deref());
        }
        self.base.as_ref().map_or(Ok(None), |image| image.get(key))
    }

    /// Keys that start with `prefix`, in order, with their records.
    pub(crate) fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = Result<(&'a [u8], &'a [u8])>> + 'a {
        let base = self.base.iter().flat_map(|image| image.scan(prefix));
        let changed = self.changes.range(prefix.to_vec()..);
        let changed = changed.take_while(|(key, _)| key.starts_with(prefix));
        let changed = changed.map(|(key, record)| (key.as_slice(), record.as_deref()));
        Merged { base: base.peekable(), changed: changed.peekable() }
    }
}

/// Two sorted sequences as one; of equal keys the changed one counts.
struct Merged<B: Iterator, C: Iterator> {
    base: Peekable<B>,
    changed: Peekable<C>,
}

impl<'a, B, C> Iterator for Merged<B, C>
where
    B: Iterator<Item = Result<(&'a [u8], &'a [u8])>>,
    C: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
{
    type Item = Result<(&'a [u8], &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let is_base = match (self.base.peek(), self.changed.peek()) {
                (None, None) => return None,
                (Some(Err(_)), _) | (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(Ok((base, _))), Some((changed, _))) => {
                    if base == changed {
                        self.base.next();
                        continue;
                    }
                    base < changed
                }
            };
            if is_base {
                return self.base.next();
            }
            if let Some((key, Some(record))) = self.changed.next() {
                return Some(Ok((key, record)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository::image::build;

    #[test]
    fn changes_cover_the_image() {
        let objects = [("a", "1"), ("b", "2"), ("d", "4")];
        let bytes = build(1, objects.iter().map(|(k, r)| Ok((k.as_bytes(), r.as_bytes())))).unwrap();
        let mut layer = Layer::new(Arc::new(Image::from_bytes(bytes).unwrap()));
        let put = |layer: &mut Layer, key: &str, record: Option<&str>| {
            layer.changes.insert(key.into(), record.map(Into::into));
        };
        put(&mut layer, "b", None);
        put(&mut layer, "c", Some("3"));
        put(&mut layer, "d", Some("four"));
        put(&mut layer, "z", None);
        let all: Vec<_> = layer.scan(b"").map(|entry| entry.unwrap()).collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"a", b"1"), (b"c", b"3"), (b"d", b"four")];
        assert_eq!(all, expected);
        assert_eq!(layer.get(b"b").unwrap(), None);
        assert_eq!(layer.get(b"a").unwrap(), Some(&b"1"[..]));
        assert_eq!(layer.scan(b"d").count(), 1);
    }
}
