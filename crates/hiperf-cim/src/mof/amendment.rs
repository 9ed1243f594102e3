//! Splits a text into one without what is amended, and one of what is.
//!
//! ```text
//! [Description("A pump") : Amended, Dynamic]      [Dynamic]
//! class Pump { [Key] string Name; };              class Pump { [Key] string Name; };
//!
//!                                                 [Description("A pump") : Amended,
//!                                                  AMENDMENT, LOCALE(1033)]
//!                                                 class Pump { [Key] string Name; };
//! ```
//!
//! The first one is the text itself with the amended qualifiers cut out, so it
//! keeps its comments, its declarations and its order. The second one is
//! printed from the classes, in the locale's namespace, which it makes.
//!
//! Source: mof.md sections 2 and 6, the Microsoft page of `#pragma amendment`.

use std::collections::{HashMap, HashSet};

use super::ast::{Command, Constant, Initializer, InstanceDeclaration, Item, Property, Qualifier};
use super::lexer::{Lexer, TokenKind};
use super::{Compiled, Flavors, Printer, constant};
use crate::{Locale, Result, Value};

/// A text in two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The text without the qualifiers that are amended, and without the
    /// pragma that asks for the split.
    pub neutral: String,
    /// The classes that hold those qualifiers.
    pub localized: String,
    /// How many classes that are.
    pub classes: usize,
}

/// Splits `text`, whose statements are `items` without an error and compile to
/// `compiled`. What stands before any pragma about it is in `namespace`.
///
/// # Errors
/// Those of [`Class::localized`](crate::Class::localized).
pub fn split(
    text: &str,
    items: &[Item<'_>],
    compiled: &[Compiled],
    locale: Locale,
    namespace: &str,
) -> Result<Split> {
    let mut cuts = Cuts { text, amended: HashMap::new(), ranges: Vec::new() };
    items.iter().for_each(|item| cuts.item(item));
    let (localized, classes) = localized(compiled, locale, namespace)?;
    Ok(Split { neutral: cuts.apply(), localized, classes })
}

/// The text of the localized classes, and how many there are.
fn localized(compiled: &[Compiled], locale: Locale, default: &str) -> Result<(String, usize)> {
    let mut out = String::new();
    let (mut current, mut made, mut classes) = (String::new(), HashSet::new(), 0);
    for statement in compiled {
        let Compiled::Class { namespace, class, .. } = statement else { continue };
        let Some(class) = class.localized(locale)? else { continue };
        let namespace = namespace.as_deref().unwrap_or(default);
        let folded = namespace.to_ascii_lowercase();
        if made.insert(folded.clone()) {
            let name = text_constant(&locale.namespace());
            enter(&mut out, namespace);
            out.push_str(&format!("\ninstance of __Namespace\n{{\n\tName = {name};\n}};\n"));
        }
        if current != folded {
            enter(&mut out, &format!("{namespace}\\{}", locale.namespace()));
            current = folded;
        }
        out.push_str(&Printer::new().class(&class));
        classes += 1;
    }
    Ok((out, classes))
}

fn enter(out: &mut String, namespace: &str) {
    let path = text_constant(&format!("\\\\.\\{namespace}"));
    out.push_str(&format!("\n#pragma namespace({path})\n"));
}

fn text_constant(text: &str) -> String {
    constant(&Value::String(text.to_owned()))
}

/// What is to be cut out of a text.
struct Cuts<'t> {
    text: &'t str,
    /// By the lower-case name of a declared qualifier: whether it is amended
    /// where no flavors are written with it.
    amended: HashMap<String, bool>,
    /// In the order in which they were found.
    ranges: Vec<(usize, usize)>,
}

impl Cuts<'_> {
    fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Pragma(pragma) if matches!(pragma.command, Command::Amendment(_)) => {
                self.ranges.push((pragma.span.start as usize, pragma.span.end as usize));
            }
            Item::Pragma(_) => {}
            Item::Qualifier(declaration) => {
                let is_amended = declaration.flavors.contains(Flavors::AMENDED);
                self.amended.insert(declaration.name.text.to_ascii_lowercase(), is_amended);
            }
            Item::Class(class) => {
                self.list(class.span.start, &class.qualifiers);
                class.properties.iter().for_each(|property| self.property(property));
                for method in &class.methods {
                    self.list(method.span.start, &method.qualifiers);
                    method.parameters.iter().for_each(|parameter| self.property(parameter));
                }
            }
            Item::Instance(instance) => self.instance(instance),
        }
    }

    fn property(&mut self, property: &Property<'_>) {
        self.list(property.span.start, &property.qualifiers);
        property.default.iter().for_each(|value| self.value(value));
    }

    fn instance(&mut self, instance: &InstanceDeclaration<'_>) {
        self.list(instance.span.start, &instance.qualifiers);
        for assignment in &instance.assignments {
            self.list(assignment.span.start, &assignment.qualifiers);
            assignment.value.iter().for_each(|value| self.value(value));
        }
    }

    /// The objects in a value. The parser limits how deep they are nested.
    fn value(&mut self, value: &Initializer<'_>) {
        match &value.value {
            Constant::Instance(instance) => self.instance(instance),
            Constant::Array(elements) => elements.iter().for_each(|element| self.value(element)),
            _ => {}
        }
    }

    fn is_amended(&self, qualifier: &Qualifier<'_>) -> bool {
        if !qualifier.flavors.is_empty() {
            return qualifier.flavors.contains(Flavors::AMENDED);
        }
        self.amended.get(&qualifier.name.text.to_ascii_lowercase()).copied().unwrap_or(false)
    }

    /// Cuts what is amended out of the list whose bracket is at `open`; all of
    /// it with the brackets if nothing would be left.
    fn list(&mut self, open: u32, qualifiers: &[Qualifier<'_>]) {
        let Some(last) = qualifiers.last() else { return };
        let is_kept: Vec<bool> = qualifiers.iter().map(|qualifier| !self.is_amended(qualifier)).collect();
        let Some(first_kept) = is_kept.iter().position(|kept| *kept) else {
            self.ranges.push((open as usize, self.end_of_list(last.span.end)));
            return;
        };
        // Each goes with the comma before it, the first ones with that behind.
        if first_kept > 0 {
            let end = qualifiers[first_kept].span.start as usize;
            self.ranges.push((qualifiers[0].span.start as usize, end));
        }
        for (index, qualifier) in qualifiers.iter().enumerate().skip(first_kept) {
            if !is_kept[index] {
                let start = qualifiers[index - 1].span.end as usize;
                self.ranges.push((start, qualifier.span.end as usize));
            }
        }
    }

    /// Where what follows a list begins, whose last qualifier ends at `last`.
    fn end_of_list(&self, last: u32) -> usize {
        let mut lexer = Lexer::new(self.text);
        lexer.rewind(last, 0);
        let mut token = lexer.next();
        while !matches!(token.kind, TokenKind::CloseBracket | TokenKind::End) {
            token = lexer.next();
        }
        let end = token.span.end as usize;
        end + self.text[end..].len() - self.text[end..].trim_start().len()
    }

    /// The text without what is to be cut out.
    fn apply(mut self) -> String {
        self.ranges.sort_unstable();
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (start, end) in self.ranges {
            out.push_str(&self.text[done..start]);
            done = end;
        }
        out.push_str(&self.text[done..]);
        out
    }
}

#[cfg(test)]
mod tests;
