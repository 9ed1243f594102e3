//! What goes into the compiler beside the text, and what comes out.

use std::sync::Arc;

use crate::{Class, Instance};

/// Where the compiler finds the classes that a text builds on.
pub trait ClassSource {
    /// The class of this name, in any case. `namespace` is the one that the
    /// text names, as `root\cimv2`, and `None` before it names one.
    fn class(&self, namespace: Option<&str>, name: &str) -> Option<Arc<Class>>;
}

impl<F: Fn(Option<&str>, &str) -> Option<Arc<Class>>> ClassSource for F {
    fn class(&self, namespace: Option<&str>, name: &str) -> Option<Arc<Class>> {
        self(namespace, name)
    }
}

/// What a statement asks for. `namespace` is `None` before the text names one;
/// `flags` are the `WBEM_CHANGE_FLAG_TYPE` of the last pragma about them.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// Store a class.
    Class {
        /// Where.
        namespace: Option<String>,
        /// The class.
        class: Arc<Class>,
        /// How.
        flags: u32,
    },
    /// Store an instance.
    Instance {
        /// Where.
        namespace: Option<String>,
        /// The instance.
        instance: Instance,
        /// How.
        flags: u32,
    },
    /// Delete a class and its instances.
    DeleteClass {
        /// Where.
        namespace: Option<String>,
        /// The class's name.
        name: String,
        /// Whether its absence is an error.
        must_exist: bool,
    },
    /// Delete an instance.
    DeleteInstance {
        /// Where.
        namespace: Option<String>,
        /// Its relative path.
        path: String,
        /// Whether its absence is an error.
        must_exist: bool,
    },
    /// Compile the file again when the repository is rebuilt.
    Autorecover,
    /// What is amended in the text belongs to this locale, as `MS_409`.
    Amendment(String),
}
