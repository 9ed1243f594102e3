//! [`ClassDraft`]: a class definition that is being changed.
//!
//! A [`Class`] never changes, because instances and subclasses share it. A
//! draft is what `IWbemClassObject` shows of a class that may: what the class
//! says itself, as declarations, and the class that follows from them. Each
//! change is made to the declarations, a [`ClassBuilder`] makes a class of
//! them, and only if it finds no fault does the draft change. So the rules
//! stand in one place, and a draft is a valid class at any time.
//!
//! Not here: whether the class may be stored, which depends on its instances
//! and subclasses.
//!
//! Source: the Microsoft pages of `IWbemClassObject` (Put, Delete, PutMethod,
//! SpawnDerivedClass) and of `IWbemQualifierSet`; objects.md section 3.

mod declarations;
mod parameters;
mod qualifiers;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::declarations::Declarations;
use crate::{
    Class, ClassBuilder, Error, MethodDeclaration, PropertyDeclaration, Result, Status, Type, Value,
};

pub use self::qualifiers::QualifierOwner;

/// What a class is called as long as it has no name. It never leaves this
/// module but in [`ClassDraft::class`].
const UNNAMED: &str = "__UNNAMED";

/// A class definition that can be changed.
#[derive(Clone, Debug)]
pub struct ClassDraft {
    /// The class as it is now.
    class: Arc<Class>,
    /// What it says itself; `None` as long as nothing was changed.
    declared: Option<Declarations>,
    origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The class was there before; its name is fixed.
    Existing,
    /// A new class without a name.
    Unnamed,
    /// A new class.
    Named,
}

impl ClassDraft {
    /// An existing class, so far as it is.
    #[must_use]
    pub fn of(class: &Arc<Class>) -> ClassDraft {
        ClassDraft { class: class.clone(), declared: None, origin: Origin::Existing }
    }

    /// A new class at the top, without a name and without anything in it.
    #[must_use]
    pub fn empty() -> ClassDraft {
        let built = ClassBuilder::new(UNNAMED, None).and_then(ClassBuilder::build);
        let class = built.expect("the name is one, and an empty class breaks no rule");
        ClassDraft { class, declared: Some(Declarations::default()), origin: Origin::Unnamed }
    }

    /// A new class below `parent`, without a name and without anything of its
    /// own.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_SUPERCLASS`: the parent is terminal.
    pub fn derived_from(parent: &Arc<Class>) -> Result<ClassDraft> {
        let class = ClassBuilder::new(UNNAMED, Some(parent.clone()))?.build()?;
        Ok(ClassDraft { class, declared: Some(Declarations::default()), origin: Origin::Unnamed })
    }

    /// The name, if it has one yet.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        (self.origin != Origin::Unnamed).then(|| self.class.name())
    }

    /// The class as it is now. Its name means nothing while
    /// [`ClassDraft::name`] is `None`.
    #[must_use]
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// The finished class; the very one the draft was made of if nothing was
    /// changed.
    ///
    /// # Errors
    /// `WBEM_E_INCOMPLETE_CLASS`: it has no name.
    pub fn build(&self) -> Result<Arc<Class>> {
        if self.origin == Origin::Unnamed {
            return Err(Error::new(
                Status::WBEM_E_INCOMPLETE_CLASS,
                "the class has no name: set its __CLASS",
            ));
        }
        Ok(self.class.clone())
    }

    /// Names a new class; it may be done again.
    ///
    /// # Errors
    /// * `WBEM_E_READ_ONLY`: the class was there before.
    /// * `WBEM_E_INVALID_OBJECT`, `WBEM_E_CLASS_NAME_TOO_WIDE`: a bad name.
    pub fn set_name(&mut self, name: &str) -> Result<()> {
        if self.origin == Origin::Existing {
            let message = format!("class {} exists and can't be renamed", self.class.name());
            return Err(Error::new(Status::WBEM_E_READ_ONLY, message));
        }
        let declared = self.declarations()?;
        self.class = declared.build(name, self.class.superclass())?;
        self.origin = Origin::Named;
        Ok(())
    }

    /// Declares a property, gives one another type or default, or overrides
    /// the default of an inherited one. `default` of `None` leaves the default
    /// as it is, if the type stays.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_PARAMETER`: a bad name.
    /// * `WBEM_E_READ_ONLY`: a system property.
    /// * `WBEM_E_TYPE_MISMATCH`: the inherited one has another type.
    /// * those of [`ClassBuilder::property`].
    pub fn put_property(&mut self, name: &str, ty: Type, default: Option<Value>) -> Result<()> {
        if crate::system_property(name).is_some() {
            return Err(Error::new(Status::WBEM_E_READ_ONLY, format!("{name} is a system property")));
        }
        check_underscores(name, "property")?;
        let mut declared = self.declarations()?;
        let known = self.class.property(name);
        let own = declared.properties.iter_mut().find(|own| own.name.eq_ignore_ascii_case(name));
        match own {
            Some(own) if own.ty == ty => own.default = default.or_else(|| own.default.take()),
            Some(own) => (own.ty, own.class_name, own.default) = (ty, None, default),
            None => declared.properties.push(PropertyDeclaration {
                name: name.to_owned(),
                ty,
                class_name: known.and_then(|known| known.class_name()).map(str::to_owned),
                qualifiers: Vec::new(),
                default,
            }),
        }
        self.change(declared).map_err(|error| match error.status() {
            Status::WBEM_E_INVALID_PROPERTY => Error::new(Status::WBEM_E_INVALID_PARAMETER, error.message()),
            Status::WBEM_E_PROPAGATED_PROPERTY => Error::new(Status::WBEM_E_TYPE_MISMATCH, error.message()),
            _ => error,
        })
    }

    /// Deletes a property that the class declares. Says whether it is still
    /// there, because an ancestor declares it too.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is none of this name.
    /// * `WBEM_E_SYSTEM_PROPERTY`: a system property.
    /// * `WBEM_E_PROPAGATED_PROPERTY`: it is inherited.
    pub fn delete_property(&mut self, name: &str) -> Result<bool> {
        if crate::system_property(name).is_some() {
            return Err(Error::new(Status::WBEM_E_SYSTEM_PROPERTY, format!("{name} is a system property")));
        }
        let property = self.class.property(name).ok_or_else(|| self.class.no_property(name))?;
        if !property.is_local() {
            let message = format!("property {name} is inherited from {}", property.origin());
            return Err(Error::new(Status::WBEM_E_PROPAGATED_PROPERTY, message));
        }
        let mut declared = self.declarations()?;
        declared.properties.retain(|own| !own.name.eq_ignore_ascii_case(name));
        self.change(declared)?;
        Ok(self.class.property(name).is_some())
    }

    /// Declares a method, or gives it other parameters: the properties of the
    /// two classes, each with its `ID`. What says neither `in` nor `out` gets
    /// it from where it stands. The qualifiers of the method stay.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_PARAMETER`: a bad name.
    /// * `WBEM_E_PROPAGATED_METHOD`: the inherited one has other parameters.
    /// * `WBEM_E_MISSING_PARAMETER_ID`, `WBEM_E_INVALID_PARAMETER_ID`,
    ///   `WBEM_E_NONCONSECUTIVE_PARAMETER_IDS`, `WBEM_E_PARAMETER_ID_ON_RETVAL`:
    ///   what is wrong with the IDs.
    /// * `WBEM_E_INVALID_DUPLICATE_PARAMETER`: a parameter that is both has
    ///   another type or other qualifiers in each.
    /// * `WBEM_E_INVALID_METHOD_PARAMETERS`: an input named `ReturnValue`.
    pub fn put_method(&mut self, name: &str, input: Option<&Class>, output: Option<&Class>) -> Result<()> {
        check_underscores(name, "method")?;
        let (input, output) = parameters::of_method(input, output)?;
        let mut declared = self.declarations()?;
        match declared.methods.iter_mut().find(|own| own.name.eq_ignore_ascii_case(name)) {
            Some(own) => (own.input, own.output) = (input, output),
            None => {
                let method =
                    MethodDeclaration { name: name.to_owned(), qualifiers: Vec::new(), input, output };
                declared.methods.push(method);
            }
        }
        self.change(declared).map_err(|error| match error.status() {
            Status::WBEM_E_INVALID_METHOD => Error::new(Status::WBEM_E_INVALID_PARAMETER, error.message()),
            _ => error,
        })
    }

    /// Deletes a method that the class declares. Says whether it is still
    /// there, because an ancestor declares it too.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is none of this name.
    /// * `WBEM_E_PROPAGATED_METHOD`: it is inherited.
    pub fn delete_method(&mut self, name: &str) -> Result<bool> {
        let method = self.class.method(name).ok_or_else(|| no_method(&self.class, name))?;
        if !method.is_local() {
            let message = format!("method {name} is inherited from {}", method.origin());
            return Err(Error::new(Status::WBEM_E_PROPAGATED_METHOD, message));
        }
        let mut declared = self.declarations()?;
        declared.methods.retain(|own| !own.name.eq_ignore_ascii_case(name));
        self.change(declared)?;
        Ok(self.class.method(name).is_some())
    }

    /// What the class says itself, to be changed.
    fn declarations(&self) -> Result<Declarations> {
        match &self.declared {
            Some(declared) => Ok(declared.clone()),
            None => Declarations::of(&self.class),
        }
    }

    /// Takes what was changed, if a class can be made of it.
    fn change(&mut self, declared: Declarations) -> Result<()> {
        self.class = declared.build(self.class.name(), self.class.superclass())?;
        self.declared = Some(declared);
        Ok(())
    }
}

fn no_method(class: &Class, name: &str) -> Error {
    Error::new(Status::WBEM_E_NOT_FOUND, format!("class {} has no method {name}", class.name()))
}

/// Names that begin or end with an underscore are the system's; the builder
/// lets the former through, because the system's own classes have some.
fn check_underscores(name: &str, what: &str) -> Result<()> {
    if name.starts_with('_') || name.ends_with('_') {
        let message = format!("{what} name {name} begins or ends with _, which is reserved");
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message));
    }
    Ok(())
}
