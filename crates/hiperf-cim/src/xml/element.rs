//! [`Element`]: a node of an XML document, and its text.

use std::fmt::{self, Write as _};

use super::invalid;
use crate::Result;

/// An element. Those of CIM-XML hold either text or elements.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn new(name: impl Into<String>) -> Element {
        Element { name: name.into(), ..Element::default() }
    }

    pub fn with(mut self, attribute: &str, value: impl Into<String>) -> Element {
        self.attributes.push((attribute.to_owned(), value.into()));
        self
    }

    pub fn with_text(mut self, text: impl Into<String>) -> Element {
        self.text = text.into();
        self
    }

    pub fn with_children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The value of an attribute that must be there.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: it isn't.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.attribute(name).ok_or_else(|| invalid(format!("element {} has no attribute {name}", self.name)))
    }

    /// Whether an attribute is `true`; `default` if it isn't there.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.attribute(name).map_or(default, |value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of this name.
    pub fn all<'e>(&'e self, name: &'static str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"")?;
            escape(value, f)?;
            f.write_char('"')?;
        }
        if self.children.is_empty() && self.text.is_empty() {
            return f.write_str("/>");
        }
        f.write_char('>')?;
        escape(&self.text, f)?;
        self.children.iter().try_for_each(|child| child.fmt(f))?;
        write!(f, "</{}>", self.name)
    }
}

/// White space other than the blank is written by number, because a reader of
/// XML may take it for a blank.
fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

/// Whether XML 1.0 can hold the character at all.
pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
