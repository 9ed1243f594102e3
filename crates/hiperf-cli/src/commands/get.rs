//! `hiperf get PATH`: one instance, property by property.

use hiperf::Namespace;

use crate::args::OutputOptions;
use crate::blocks::Blocks;
use crate::failure::Failure;
use crate::screen::{self, Screen};
use crate::target;
use crate::view::View;

/// Writes the instance that `path` names.
pub fn run(namespace: &Namespace, path: &str, options: &OutputOptions) -> Result<(), Failure> {
    let (class, path) = target::object(namespace, path)?;
    let instance = namespace.get(&path)?;
    let mut blocks = Blocks::new(options, vec![(path, View::of_object(&class, options))]);
    let mut out = String::new();
    blocks.start(&mut out, None);
    blocks.write(&mut out, 0, &[instance], None, Screen::current());
    screen::write(&out)
}
