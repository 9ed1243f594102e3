//! [`TextValue`]: what the field of a declared text may be.

use std::borrow::Cow;
use std::sync::Arc;

/// What a text's field holds: a `String`, a `&'static str`, an `Arc<str>`, or an
/// `Option` of one where there may be none. A row with a `String` is best kept
/// by the source and changed in place, so that a sample allocates nothing.
#[diagnostic::on_unimplemented(
    message = "a text can't be a `{Self}`",
    label = "a `String`, a `&'static str`, an `Arc<str>`, or an `Option` of one"
)]
pub trait TextValue {
    /// The text; `None` is NULL.
    fn text(&self) -> Option<&str>;
}

impl TextValue for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl TextValue for &'static str {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl TextValue for Arc<str> {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl TextValue for Cow<'static, str> {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl<T: TextValue> TextValue for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref().and_then(T::text)
    }
}
