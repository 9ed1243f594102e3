//! Amendments: the texts of a class that are kept apart from it, one set of
//! them for each locale.
//!
//! ```text
//! class with Amended qualifiers --neutral()------> class without them
//!                               --localized(L)---> [AMENDMENT, LOCALE(L)] class of the
//!                                                  keys and of what has a text
//! neutral class + localized class --amended()----> class with Amended qualifiers
//! ```
//!
//! The localized class is in a namespace of its own (see [`Locale`]) and has
//! no parent there: the texts of an ancestor are those of the ancestor's own
//! localized class, and are inherited by the flavors of the qualifiers.
//!
//! Not here: finding the localized class, and MOF.
//!
//! Source: mof.md sections 5 and 6; \[MS-WMI\] 3.1.1.2.

use std::sync::{Arc, OnceLock};

use crate::wmio::ClassWire;
use crate::{
    Class, ClassBuilder, Flavor, Locale, Method, MethodDeclaration, Property, PropertyDeclaration, Qualifier,
    QualifierSet, Result, Value, parameters,
};

impl Class {
    /// Whether texts of a locale were merged into the class, so that it isn't
    /// as it is stored.
    #[must_use]
    pub fn is_amended(&self) -> bool {
        self.is_amended
    }

    /// Whether both are one class, with whatever texts: an instance of one can
    /// be of the other. A class that was read twice is one, and so is one that
    /// was described anew since.
    #[must_use]
    pub fn is_same(&self, other: &Class) -> bool {
        let (slots, others) = (self.layout.slots(), other.layout.slots());
        Arc::ptr_eq(slots, others)
            || (self.name.eq_ignore_ascii_case(&other.name)
                && slots == others
                && self.default_block == other.default_block)
    }

    /// The class without what is amended.
    #[must_use]
    pub fn neutral(&self) -> Arc<Class> {
        let mut neutral = self.twin();
        let strip = |set: &mut QualifierSet| set.retain(|qualifier| !is_amended(qualifier));
        let strip_class = |class: &mut Class| {
            strip(&mut class.qualifiers);
            class.properties.iter_mut().for_each(|property| strip(&mut property.qualifiers));
        };
        strip_class(&mut neutral);
        for method in &mut neutral.methods {
            strip(&mut method.qualifiers);
            for parameters in [&mut method.input, &mut method.output].into_iter().flatten() {
                let mut twin = parameters.twin();
                strip_class(&mut twin);
                *parameters = Arc::new(twin);
            }
        }
        neutral.is_amended = false;
        Arc::new(neutral)
    }

    /// The class that holds what is amended of this one, for a locale: with
    /// the keys, and the properties and methods that have a text of their own.
    /// `None` if nothing has. What is inherited is the ancestor's matter.
    ///
    /// # Errors
    /// Those of [`ClassBuilder`], which a class that was built can't meet.
    pub fn localized(&self, locale: Locale) -> Result<Option<Arc<Class>>> {
        let own = |set: &QualifierSet| -> Vec<Qualifier> {
            set.iter().filter(|q| is_amended(q) && !q.flavor.contains(Flavor::PROPAGATED)).cloned().collect()
        };
        let of_class = own(&self.qualifiers);
        let has_text = |property: &&Property| !own(&property.qualifiers).is_empty();
        let methods: Vec<&Method> =
            self.methods.iter().filter(|method| method.is_local && method_has_text(method)).collect();
        if of_class.is_empty() && methods.is_empty() && !self.properties.iter().any(|p| has_text(&p)) {
            return Ok(None);
        }
        let mut builder = ClassBuilder::new(&self.name, None)?;
        for qualifier in of_class {
            builder.qualifier(qualifier)?;
        }
        builder.qualifier(Qualifier::new("AMENDMENT", Value::Boolean(true), Flavor::NONE))?;
        let number = Value::Sint32(i32::from(locale.number()));
        builder.qualifier(Qualifier::new("LOCALE", number, Flavor::NONE))?;
        for property in self.properties.iter().filter(|property| property.is_key || has_text(property)) {
            let mut qualifiers = own(&property.qualifiers);
            if property.is_key {
                qualifiers.insert(0, Qualifier::new("Key", Value::Boolean(true), Flavor::NONE));
            }
            builder.property(declaration(property, qualifiers))?;
        }
        for method in methods {
            builder.method(MethodDeclaration {
                name: method.name.to_string(),
                qualifiers: own(&method.qualifiers),
                input: method.input.as_deref().map(signature).transpose()?,
                output: method.output.as_deref().map(signature).transpose()?,
            })?;
        }
        builder.build().map(Some)
    }

    /// The class with the texts of a locale. `parent` is its parent with those
    /// of its own, and `localized` the class that holds its texts, of which
    /// only what is amended counts.
    ///
    /// A value that the class gives itself and that isn't amended has
    /// priority, then the localized one, then what is inherited. The class's
    /// instances have the same layout. If there is nothing to merge, it is the
    /// class itself.
    #[must_use]
    pub fn amended(self: &Arc<Class>, parent: Option<&Arc<Class>>, localized: Option<&Class>) -> Arc<Class> {
        let is_same_parent = match (parent, &self.superclass) {
            (Some(parent), Some(superclass)) => Arc::ptr_eq(parent, superclass),
            (parent, superclass) => parent.is_none() || superclass.is_none(),
        };
        if is_same_parent && localized.is_none() {
            return self.clone();
        }
        let parent = parent.filter(|_| !is_same_parent);
        let mut amended = self.twin();
        if let Some(parent) = parent {
            amended.superclass = Some(parent.clone());
        }
        let mut merge = Merge { changed: false };
        merge.class(&mut amended, parent.map(|parent| &**parent), localized);
        for method in &mut amended.methods {
            let from = parent.and_then(|parent| parent.method(&method.name));
            let texts = localized.and_then(|localized| localized.method(&method.name));
            merge.method(method, from, texts);
        }
        amended.is_amended |= merge.changed;
        if merge.changed || parent.is_some() { Arc::new(amended) } else { self.clone() }
    }

    /// A copy, of which something is to be changed that its instances don't
    /// depend on. It shares the layout, so an instance can be of either.
    fn twin(&self) -> Class {
        Class {
            name: self.name.clone(),
            superclass: self.superclass.clone(),
            derivation: self.derivation.clone(),
            qualifiers: self.qualifiers.clone(),
            properties: self.properties.clone(),
            methods: self.methods.clone(),
            layout: self.layout.clone(),
            lookup: self.lookup.clone(),
            keys: self.keys.clone(),
            default_block: self.default_block.clone(),
            wire: ClassWire::default(),
            is_amended: self.is_amended,
            precise: OnceLock::new(),
        }
    }
}

fn is_amended(qualifier: &Qualifier) -> bool {
    qualifier.flavor.contains(Flavor::AMENDED)
}

fn method_has_text(method: &Method) -> bool {
    let of_parameters = |class: &Arc<Class>| {
        class.properties.iter().any(|parameter| parameter.qualifiers.iter().any(is_amended))
    };
    let own = |q: &Qualifier| is_amended(q) && !q.flavor.contains(Flavor::PROPAGATED);
    method.qualifiers.iter().any(own) || method.input.iter().chain(&method.output).any(of_parameters)
}

/// The parameters of a method with what tells them apart, and their texts.
fn signature(class: &Class) -> Result<Arc<Class>> {
    let is_kept = |qualifier: &&Qualifier| {
        is_amended(qualifier)
            || ["in", "out", "ID"].iter().any(|name| qualifier.name.eq_ignore_ascii_case(name))
    };
    parameters(class.properties.iter().map(|parameter| {
        declaration(parameter, parameter.qualifiers.iter().filter(is_kept).cloned().collect())
    }))
}

fn declaration(property: &Property, qualifiers: Vec<Qualifier>) -> PropertyDeclaration {
    PropertyDeclaration {
        name: property.name.to_string(),
        ty: property.ty,
        class_name: property.class_name.as_deref().map(str::to_owned),
        qualifiers,
        default: None,
    }
}

/// Merges texts into qualifier sets, and knows whether any changed.
struct Merge {
    changed: bool,
}

impl Merge {
    /// The qualifiers of a class and of its properties.
    fn class(&mut self, class: &mut Class, parent: Option<&Class>, localized: Option<&Class>) {
        let sets = (parent.map(Class::qualifiers), localized.map(Class::qualifiers));
        self.set(&mut class.qualifiers, sets.0, sets.1);
        for property in &mut class.properties {
            let set_of = |class: Option<&'_ Class>| {
                class.and_then(|class| class.property(&property.name)).map(|found| found.qualifiers.clone())
            };
            let (inherited, texts) = (set_of(parent), set_of(localized));
            self.set(&mut property.qualifiers, inherited.as_ref(), texts.as_ref());
        }
    }

    fn method(&mut self, method: &mut Method, parent: Option<&Method>, localized: Option<&Method>) {
        let sets = (parent.map(Method::qualifiers), localized.map(Method::qualifiers));
        self.set(&mut method.qualifiers, sets.0, sets.1);
        // An inherited method has its parameters as they are there.
        if let Some(parent) = parent.filter(|_| !method.is_local) {
            (method.input, method.output) = (parent.input.clone(), parent.output.clone());
        }
        let Some(localized) = localized else { return };
        for (own, texts) in [(&mut method.input, &localized.input), (&mut method.output, &localized.output)] {
            if let (Some(own), Some(texts)) = (own, texts) {
                let mut twin = own.twin();
                self.class(&mut twin, None, Some(texts));
                *own = Arc::new(twin);
            }
        }
    }

    fn set(&mut self, set: &mut QualifierSet, parent: Option<&QualifierSet>, texts: Option<&QualifierSet>) {
        let before = set.clone();
        // What the class inherits, it inherits from the parent as it is now.
        let inherited = parent.map(QualifierSet::for_derived_class).unwrap_or_default();
        for qualifier in inherited.iter().filter(|qualifier| is_amended(qualifier)) {
            if set.get(&qualifier.name).is_none_or(|own| own.flavor.contains(Flavor::PROPAGATED)) {
                set.replace(qualifier.clone());
            }
        }
        for qualifier in texts.into_iter().flatten().filter(|qualifier| is_amended(qualifier)) {
            let may_give = set.get(&qualifier.name).is_none_or(|known| {
                let is_inherited = known.flavor.contains(Flavor::PROPAGATED);
                let is_fixed = known.flavor.contains(Flavor::NOT_OVERRIDABLE);
                is_inherited && !is_fixed || !is_inherited && is_amended(known)
            });
            if may_give {
                set.replace(qualifier.clone());
            }
        }
        self.changed |= *set != before;
    }
}

#[cfg(test)]
mod tests;
