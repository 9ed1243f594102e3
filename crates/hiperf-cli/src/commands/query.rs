//! `hiperf query "SELECT .."`: the rows of a WQL query.
//!
//! A query selects instances of a class and of its subclasses, which may have
//! more properties: each class that is found has a block of its own.

use std::sync::Arc;

use hiperf::{Namespace, Query};
use hiperf_cim::{Class, Instance};

use crate::args::OutputOptions;
use crate::blocks::Blocks;
use crate::failure::Failure;
use crate::screen::{self, Screen};
use crate::view::View;

/// Bytes of output that are gathered before they are written.
const WRITE_SIZE: usize = 1 << 16;

/// Rows of a program's format that are formatted at a time.
const ROWS_AT_ONCE: usize = 256;

/// Writes the rows that `text` selects.
pub fn run(namespace: &Namespace, text: &str, options: &OutputOptions) -> Result<(), Failure> {
    let query = Query::new(namespace, text)?;
    let mut groups: Vec<(Arc<Class>, Vec<Instance>)> = Vec::new();
    for instance in namespace.query(&query)? {
        match groups.iter_mut().find(|(class, _)| Arc::ptr_eq(class, instance.class())) {
            Some((_, rows)) => rows.push(instance),
            None => groups.push((instance.class().clone(), vec![instance])),
        }
    }
    if groups.is_empty() {
        groups.push((query.class().clone(), Vec::new()));
    }
    let view = |(class, _): &(Arc<Class>, Vec<Instance>)| {
        (class.name().to_owned(), View::of_query(&query, class, options))
    };
    let mut blocks = Blocks::new(options, groups.iter().map(view).collect());
    let screen = Screen::current();
    let mut out = String::new();
    blocks.start(&mut out, None);
    for (index, (_, rows)) in groups.iter().enumerate() {
        // A table needs all rows to know its widths; the rest can flow.
        let at_once = if blocks.is_for_programs() { ROWS_AT_ONCE } else { rows.len().max(1) };
        if rows.is_empty() {
            blocks.write(&mut out, index, rows, None, screen);
        }
        for rows in rows.chunks(at_once) {
            blocks.write(&mut out, index, rows, None, screen);
            if out.len() > WRITE_SIZE {
                screen::write(&out)?;
                out.clear();
            }
        }
    }
    screen::write(&out)
}
