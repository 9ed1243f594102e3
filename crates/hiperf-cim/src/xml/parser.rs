//! From text to [`Element`]s: as much of XML 1.0 as DSP0201 uses.
//!
//! ```text
//! document = misc element misc ;
//! misc     = { white | "<?" .. "?>" | "<!--" .. "-->" | "<!DOCTYPE" .. ">" } ;
//! element  = "<" name { name "=" quoted } ( "/>" | ">" { element | text | misc } "</" name ">" ) ;
//! text     = { character | "&" name ";" | "&#" number ";" | "<![CDATA[" .. "]]>" } ;
//! ```
//! A document type with declarations of its own is refused, so no entity but
//! the five of XML exists and a text can't grow by being read.

use super::element::{Element, is_xml};
use crate::{Error, Result, Status};

/// Elements within each other: four for each level of embedded objects, of
/// which there are at most 64, and some to spare. It bounds the recursion.
const MAX_DEPTH: usize = 300;
/// Attributes of one element: no element of CIM-XML has a quarter of them. It
/// bounds the search for one that is there twice.
const MAX_ATTRIBUTES: usize = 64;

/// Reads a document.
///
/// # Errors
/// `WBEM_E_INVALID_SYNTAX`, with the line.
pub(super) fn parse(text: &str) -> Result<Element> {
    let mut parser = Parser { text, at: 0 };
    parser.eat("\u{FEFF}");
    parser.misc()?;
    let root = parser.element(0)?;
    parser.misc()?;
    if parser.at < text.len() {
        return Err(parser.wrong("there is something behind the document"));
    }
    Ok(root)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        self.at += if is_there { token.len() } else { 0 };
        is_there
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.wrong(format!("{token} is missing"))) }
    }

    fn white(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// What stands before `end`, and `end` itself passed over.
    fn until(&mut self, end: &str) -> Result<&'t str> {
        let found = self.rest().find(end).ok_or_else(|| self.wrong(format!("{end} is missing")))?;
        let before = &self.rest()[..found];
        self.at += found + end.len();
        Ok(before)
    }

    fn wrong(&self, message: impl AsRef<str>) -> Error {
        let line = 1 + self.text[..self.at].matches('\n').count();
        Error::new(Status::WBEM_E_INVALID_SYNTAX, format!("XML, line {line}: {}", message.as_ref()))
    }

    /// Passes over a comment or an instruction, and says whether there was one.
    fn comment(&mut self) -> Result<bool> {
        let end = match () {
            () if self.eat("<!--") => "-->",
            () if self.eat("<?") => "?>",
            () => return Ok(false),
        };
        self.until(end)?;
        Ok(true)
    }

    fn misc(&mut self) -> Result<()> {
        loop {
            self.white();
            if self.eat("<!DOCTYPE") {
                if self.until(">")?.contains('[') {
                    return Err(self.wrong("a document type with declarations is not read"));
                }
            } else if !self.comment()? {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> Result<String> {
        let is_end = |c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
        let len = self.rest().find(is_end).unwrap_or(self.rest().len());
        if len == 0 {
            return Err(self.wrong("a name is missing"));
        }
        let name = self.rest()[..len].to_owned();
        self.at += len;
        Ok(name)
    }

    fn element(&mut self, depth: usize) -> Result<Element> {
        if depth == MAX_DEPTH {
            return Err(self.wrong("the elements are too deep within each other"));
        }
        self.expect("<")?;
        let mut element = Element::new(self.name()?);
        loop {
            self.white();
            if self.eat("/>") {
                return Ok(element);
            }
            if self.eat(">") {
                break;
            }
            let attribute = self.attribute()?;
            if element.attribute(&attribute.0).is_some() {
                return Err(self.wrong(format!("attribute {} is there twice", attribute.0)));
            }
            if element.attributes.len() == MAX_ATTRIBUTES {
                return Err(self.wrong(format!("an element has more than {MAX_ATTRIBUTES} attributes")));
            }
            element.attributes.push(attribute);
        }
        while !self.eat("</") {
            if self.eat("<![CDATA[") {
                element.text.push_str(self.until("]]>")?);
            } else if self.rest().starts_with('<') {
                if !self.comment()? {
                    element.children.push(self.element(depth + 1)?);
                }
            } else {
                let end = self.rest().find('<').ok_or_else(|| self.wrong("the end is missing"))?;
                let raw = &self.rest()[..end];
                let text = self.unescape(raw)?;
                self.at += end;
                element.text.push_str(&text);
            }
        }
        if self.name()? != element.name {
            return Err(self.wrong(format!("element {} is not ended", element.name)));
        }
        self.white();
        self.expect(">")?;
        // Between elements there is nothing but layout.
        if !element.children.is_empty() {
            element.text.clear();
        }
        Ok(element)
    }

    fn attribute(&mut self) -> Result<(String, String)> {
        let name = self.name()?;
        self.white();
        self.expect("=")?;
        self.white();
        let quote = if self.eat("\"") { "\"" } else { "'" };
        if quote == "'" {
            self.expect("'")?;
        }
        let raw = self.until(quote)?;
        Ok((name, self.unescape(raw)?))
    }

    /// Text with its references to characters resolved, and with one kind of
    /// line ends.
    fn unescape(&self, raw: &str) -> Result<String> {
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '\r']) {
            text.push_str(&rest[..at]);
            let Some(reference) = rest[at..].strip_prefix('&') else {
                text.push('\n');
                rest = &rest[at + 1..];
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                continue;
            };
            let (name, after) =
                reference.split_once(';').ok_or_else(|| self.wrong("; is missing after &"))?;
            text.push(character(name).ok_or_else(|| self.wrong("a reference means no character"))?);
            rest = after;
        }
        text.push_str(rest);
        if !text.chars().all(is_xml) {
            return Err(self.wrong("there is a character that XML can't hold"));
        }
        Ok(text)
    }
}

/// The character that `&name;` means.
fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        let is_number = digits.starts_with(|c: char| c.is_digit(radix));
        u32::from_str_radix(digits, radix).ok().filter(|_| is_number).and_then(char::from_u32)
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => number(digits, 16),
            (None, Some(digits)) => number(digits, 10),
            (None, None) => None,
        },
    }
}
