//! The CIM object model, pure: no I/O, no clock, no threads, no unsafe code.
//!
//! Everything that hiperf knows about classes, instances and values lives
//! here, as text in and text out:
//!
//! * [`Class`] with its [`Layout`], made by a [`ClassBuilder`]; [`Instance`],
//!   one block of bytes; [`PropertyHandle`], the fast way to a property.
//! * [`ClassDraft`]: a class definition that is being changed.
//! * [`Value`], [`CimType`], [`DateTime`], [`QualifierSet`].
//! * [`path`]: object paths. [`cook`]: from raw samples to formatted values.
//! * [`Locale`]: the language of the texts that are kept apart from classes, their amendments.
//! * [`wmio`]: the binary form in which classes and instances travel; [`xml`]: their form in CIM-XML.
//! * [`Status`] and [`Error`]: how everything fails.
//!
//! Nothing in it touches the machine it runs on.
#![forbid(unsafe_code)]

mod amendment;
mod block;
mod class;
mod class_builder;
mod class_draft;
mod class_parts;
mod comparison;
pub mod cook;
pub mod datetime;
mod error;
mod handle;
mod instance;
pub mod layout;
mod locale;
pub mod mof;
pub mod path;
mod precise;
mod qualifier;
mod reason;
mod status;
pub mod suggest;
mod system;
mod tail;
mod types;
pub mod wmio;
pub mod wql;
pub mod xml;

pub use class::{Class, Method, Property};
pub use class_builder::{
    ClassBuilder, MAX_ANCESTORS, MAX_IDENTIFIER, MAX_KEYS, MAX_METHODS, MAX_PROPERTIES, MethodDeclaration,
    PropertyDeclaration, parameters,
};
pub use class_draft::{ClassDraft, QualifierOwner};
pub use comparison::Comparison;
pub use datetime::DateTime;
pub use error::{Context, Error, Result};
pub use handle::PropertyHandle;
pub use instance::{Decoration, Instance};
pub use layout::Layout;
pub use locale::Locale;
pub use qualifier::{Flavor, MAX_QUALIFIERS, Qualifier, QualifierSet};
pub use reason::Reason;
pub use status::Status;
pub use system::{SYSTEM_PROPERTIES, system_property};
pub use tail::Text;
pub use types::{CimType, Type, Value};
