//! What a class says itself, taken out of it and put into it again.

use std::sync::Arc;

use crate::{
    Class, ClassBuilder, Error, Flavor, Method, MethodDeclaration, Property, PropertyDeclaration, Qualifier,
    QualifierSet, Result, Status,
};

/// Everything that a class doesn't inherit.
#[derive(Clone, Debug, Default)]
pub(super) struct Declarations {
    pub qualifiers: Vec<Qualifier>,
    pub properties: Vec<PropertyDeclaration>,
    pub methods: Vec<MethodDeclaration>,
    /// The class came with this exception from the rules, and keeps it.
    allows_abstract: bool,
    /// The class has texts of a locale, which don't become its own.
    is_amended: bool,
}

impl Declarations {
    /// What `class` says itself.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_SUPERCLASS`: the definition of its parent is not known.
    pub fn of(class: &Class) -> Result<Declarations> {
        if let Some(parent) = class.superclass_name().filter(|_| class.superclass().is_none()) {
            let message = format!("{} can't be changed: its parent {parent} is not known", class.name());
            return Err(Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message));
        }
        let is_below_concrete = class.superclass().is_some_and(|parent| !parent.is_abstract());
        Ok(Declarations {
            allows_abstract: class.is_abstract() && is_below_concrete,
            is_amended: class.is_amended(),
            qualifiers: local(class.qualifiers()),
            properties: class.properties().iter().filter(|p| p.is_local()).map(property).collect(),
            methods: class.methods().iter().filter(|m| m.is_local()).map(method).collect(),
        })
    }

    /// The class of this name that says this.
    ///
    /// # Errors
    /// Those of [`ClassBuilder`].
    pub fn build(&self, name: &str, superclass: Option<&Arc<Class>>) -> Result<Arc<Class>> {
        let mut builder = ClassBuilder::new(name, superclass.cloned())?;
        if self.allows_abstract {
            builder = builder.allow_abstract();
        }
        for qualifier in &self.qualifiers {
            builder.qualifier(qualifier.clone())?;
        }
        for property in &self.properties {
            builder.property(property.clone())?;
        }
        for method in &self.methods {
            builder.method(method.clone())?;
        }
        builder.amended(self.is_amended).build()
    }

    /// The declaration of a property of `class`, made if it is inherited.
    pub fn property_mut(&mut self, class: &Class, name: &str) -> Result<&mut PropertyDeclaration> {
        let known = class.property(name).ok_or_else(|| class.no_property(name))?;
        let is_it = |own: &PropertyDeclaration| own.name.eq_ignore_ascii_case(name);
        let index = match self.properties.iter().position(is_it) {
            Some(index) => index,
            None => {
                let inherited =
                    PropertyDeclaration { qualifiers: Vec::new(), default: None, ..property(known) };
                self.properties.push(inherited);
                self.properties.len() - 1
            }
        };
        Ok(&mut self.properties[index])
    }

    /// The declaration of a method of `class`, made if it is inherited.
    pub fn method_mut(&mut self, class: &Class, name: &str) -> Result<&mut MethodDeclaration> {
        let known = class.method(name).ok_or_else(|| super::no_method(class, name))?;
        let is_it = |own: &MethodDeclaration| own.name.eq_ignore_ascii_case(name);
        let index = match self.methods.iter().position(is_it) {
            Some(index) => index,
            None => {
                self.methods.push(MethodDeclaration { qualifiers: Vec::new(), ..method(known) });
                self.methods.len() - 1
            }
        };
        Ok(&mut self.methods[index])
    }
}

/// The qualifiers of a set that are not inherited.
fn local(set: &QualifierSet) -> Vec<Qualifier> {
    set.iter().filter(|qualifier| !qualifier.flavor.contains(Flavor::PROPAGATED)).cloned().collect()
}

/// The declaration that makes a property.
pub(super) fn property(property: &Property) -> PropertyDeclaration {
    let mut qualifiers = local(&property.qualifiers);
    // The builder makes it of the type.
    qualifiers.retain(|qualifier| !qualifier.name.eq_ignore_ascii_case("CIMTYPE"));
    PropertyDeclaration {
        name: property.name.to_string(),
        ty: property.ty,
        class_name: property.class_name.as_deref().map(str::to_owned),
        qualifiers,
        default: (!property.is_default_inherited).then(|| property.default.clone()),
    }
}

fn method(method: &Method) -> MethodDeclaration {
    MethodDeclaration {
        name: method.name.to_string(),
        qualifiers: local(&method.qualifiers),
        input: method.input.clone(),
        output: method.output.clone(),
    }
}
