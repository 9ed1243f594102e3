//! The MOF of a single change, as the log keeps it.

use hiperf_cim::mof::{Printer, constant};
use hiperf_cim::{Class, Instance, Value};

use super::edit::flag;
use super::log::MofText;
use super::rebuild;

/// A change that a program made without MOF.
pub(crate) enum Statement<'a> {
    PutClass(&'a Class, u32),
    PutInstance(&'a Instance),
    DeleteClass(&'a str),
    DeleteInstance(&'a str),
}

impl Statement<'_> {
    /// Its MOF.
    pub(crate) fn text(&self, namespace: &str) -> Vec<MofText> {
        let mut text = String::new();
        rebuild::in_namespace(&mut text, namespace);
        match self {
            Statement::PutClass(class, flags) => {
                // Whether it was there before has been looked at; how far an
                // update may go has to be said again.
                if flags & flag::FORCE != 0 {
                    text.push_str("#pragma classflags(\"forceupdate\")\n");
                } else if flags & flag::SAFE != 0 {
                    text.push_str("#pragma classflags(\"safeupdate\")\n");
                }
                text.push_str(&Printer::new().class(class));
            }
            Statement::PutInstance(instance) => text.push_str(&Printer::new().instance(instance)),
            Statement::DeleteClass(name) => delete(&mut text, "deleteclass", name),
            Statement::DeleteInstance(path) => delete(&mut text, "deleteinstance", path),
        }
        vec![MofText { name: "change".into(), text }]
    }
}

fn delete(text: &mut String, pragma: &str, what: &str) {
    let what = constant(&Value::String(what.to_owned()));
    text.push_str(&format!("#pragma {pragma}({what}, FAIL)\n"));
}
