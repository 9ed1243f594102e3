//! [`Texts`]: the classes of a namespace with the texts of a locale.
//!
//! The texts of `root\\cimv2` are in `root\\cimv2\\ms_409`, in classes of the
//! same names. If there is no such namespace or class, a class is as it is:
//! most have their texts in themselves.
//!
//! Source: mof.md section 6; how they are merged is [`Class::amended`].

use std::collections::HashMap;
use std::sync::Arc;

use hiperf_cim::{Class, Locale, Result};

use crate::repository::View;

/// Finds texts, and remembers the classes that it has amended.
pub(crate) struct Texts {
    view: Arc<View>,
    /// The namespace of the texts, folded.
    namespace: String,
    /// By the class's place in memory, which it keeps because it is held here.
    known: HashMap<*const Class, (Arc<Class>, Arc<Class>)>,
}

impl Texts {
    /// The texts in `view` of a folded namespace.
    pub(crate) fn new(view: Arc<View>, folded: &str, locale: Locale) -> Texts {
        let namespace = format!("{folded}\\{}", locale.namespace());
        Texts { view, namespace, known: HashMap::new() }
    }

    /// A class with its texts and those of its parents.
    ///
    /// # Errors
    /// None at present.
    pub(crate) fn amended(&mut self, class: &Arc<Class>) -> Result<Arc<Class>> {
        if let Some((_, amended)) = self.known.get(&Arc::as_ptr(class)) {
            return Ok(amended.clone());
        }
        // The classes of a repository have as many ancestors as it can follow.
        let parent = class.superclass().map(|parent| self.amended(parent)).transpose()?;
        // A class is worth more without its texts than not at all.
        let texts = self.view.class(&self.namespace, class.name()).unwrap_or_default();
        let amended = class.amended(parent.as_ref(), texts.as_deref());
        self.known.insert(Arc::as_ptr(class), (class.clone(), amended.clone()));
        Ok(amended)
    }
}
