//! What may change of a class that has instances or derived classes.
//!
//! | the change | alone | with instances | with children |
//! |---|---|---|---|
//! | qualifiers that are not structure, defaults | yes | yes | yes, if no child contradicts |
//! | a method | yes | yes | safe or force |
//! | parent, properties, types, keys, Indexed, Singleton, Dynamic, Abstract | yes | force, own instances are deleted | safe or force |
//!
//! Instances of a child are instances of the class: structure can't change with
//! them, whatever the flags. `WBEM_E_CLASS_HAS_INSTANCES` and
//! `WBEM_E_CLASS_HAS_CHILDREN` say what is in the way.
//!
//! A child that can't be made any more on its new parent contradicts. Without
//! flags that is `WBEM_E_CLASS_HAS_CHILDREN`; in safe mode the status says which
//! kind it is: `WBEM_E_UPDATE_TYPE_MISMATCH` for a property,
//! `WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED` for a qualifier,
//! `WBEM_E_UPDATE_PROPAGATED_METHOD` for a method. Force mode takes the child's
//! qualifier away; a property or a method of another type is still an error.
//!
//! Source: "Creating a Derived Class" and the flags of IWbemServices::PutClass
//! in the WMI documentation; mof.md sections 2 and 6, whose contradiction on
//! force mode is resolved as it suggests.

use std::sync::Arc;

use hiperf_cim::{Class, Error, Flavor, Method, Property, Qualifier, Result, Status, Type};

use super::edit::{Edit, flag};
use super::key::{Kind, fold, key};
use super::record;

/// How far an update may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Compatible,
    Safe,
    Force,
}

impl Mode {
    /// The mode of these flags.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`: flags that exclude each other, or none of
    /// them.
    pub(super) fn of(flags: u32) -> Result<Mode> {
        let known = flag::UPDATE_ONLY | flag::CREATE_ONLY | flag::SAFE | flag::FORCE;
        let is_creating = flags & flag::CREATE_ONLY != 0;
        if flags & !known != 0 || is_creating && flags != flag::CREATE_ONLY {
            return Err(Mode::invalid(flags));
        }
        match flags & (flag::SAFE | flag::FORCE) {
            0 => Ok(Mode::Compatible),
            flag::SAFE => Ok(Mode::Safe),
            flag::FORCE => Ok(Mode::Force),
            _ => Err(Mode::invalid(flags)),
        }
    }

    pub(super) fn invalid(flags: u32) -> Error {
        let message = format!("the flags {flags:#x} are unknown here or exclude each other");
        Error::new(Status::WBEM_E_INVALID_PARAMETER, message)
    }
}

/// Replaces a class that is there.
pub(super) fn update(
    edit: &mut Edit<'_>,
    namespace: &str,
    new: &Arc<Class>,
    record: Vec<u8>,
    mode: Mode,
) -> Result<()> {
    let name = new.name();
    let old = edit.view.class(namespace, name)?.ok_or(Status::WBEM_E_NOT_FOUND)?;
    let descendants = edit.view.subclass_names(namespace, name)?;
    let changes_structure = structure(&old) != structure(new);
    if changes_structure {
        for descendant in &descendants {
            if edit.view.has_instances(namespace, descendant)? {
                return Err(has_instances(name, &format!("its derived class {descendant}")));
            }
        }
        if edit.view.has_instances(namespace, name)? {
            if mode != Mode::Force {
                return Err(has_instances(name, "it"));
            }
            edit.delete_instances(namespace, name)?;
            if edit.view.has_instances(namespace, name)? {
                return Err(has_instances(name, "it, in the system's repository or from a provider file,"));
            }
        }
    }
    let is_visible_below = changes_structure || methods(&old) != methods(new);
    if is_visible_below
        && mode == Mode::Compatible
        && let Some(child) = descendants.first()
    {
        let message = format!(
            "class {name} has derived classes, such as {child}, so it can't change its structure without the \
             flag safeupdate or forceupdate"
        );
        return Err(Error::new(Status::WBEM_E_CLASS_HAS_CHILDREN, message));
    }
    edit.put_record(key(Kind::Class, namespace, &fold(name)), record);
    edit.view.changed(namespace, None);
    // Read once more: by its default values it may contain a class that contains
    // it, which nobody could read any more.
    edit.view.class(namespace, name)?;
    // A parent before its children, because each is made on its parent.
    let mut open = edit.view.child_names(namespace, name)?;
    while let Some(child) = open.pop() {
        derive_again(edit, namespace, &child, mode)?;
        open.extend(edit.view.child_names(namespace, &child)?);
    }
    Ok(())
}

/// Whether a derived class can be made on its new parent, and makes it so in
/// force mode.
fn derive_again(edit: &mut Edit<'_>, namespace: &str, child: &str, mode: Mode) -> Result<()> {
    let at = key(Kind::Class, namespace, &fold(child));
    let Some(record) = edit.view.record(&at)?.map(<[u8]>::to_vec) else { return Ok(()) };
    let find = |name: &str| edit.view.class(namespace, name);
    let error = match record::to_class(&record, &find) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    if mode == Mode::Force && error.status() == Status::WBEM_E_OVERRIDE_NOT_ALLOWED {
        let parent = record::names(&record)?.1.map_or(Ok(None), find)?;
        let keep = |of: Option<&str>, own: &Qualifier| {
            let Some(parent) = &parent else { return true };
            let inherited = match of {
                None => Some(parent.qualifiers()),
                Some(property) => parent.property(property).map(Property::qualifiers),
            };
            let fixed = inherited.and_then(|set| set.get(&own.name));
            !fixed.is_some_and(|fixed| {
                fixed.flavor.contains(Flavor::NOT_OVERRIDABLE | Flavor::TO_DERIVED_CLASS)
                    && fixed.value != own.value
            })
        };
        let made = record::declared(&record, &find, Some(&keep))
            .map_err(|error| contradiction(child, error, mode))?;
        edit.put_record(at, record::of_class(&made));
        edit.view.changed(namespace, None);
        return Ok(());
    }
    Err(contradiction(child, error, mode))
}

fn contradiction(child: &str, error: Error, mode: Mode) -> Error {
    let status = match error.status() {
        _ if mode == Mode::Compatible => Status::WBEM_E_CLASS_HAS_CHILDREN,
        Status::WBEM_E_PROPAGATED_PROPERTY => Status::WBEM_E_UPDATE_TYPE_MISMATCH,
        Status::WBEM_E_OVERRIDE_NOT_ALLOWED => Status::WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED,
        Status::WBEM_E_PROPAGATED_METHOD => Status::WBEM_E_UPDATE_PROPAGATED_METHOD,
        other => other,
    };
    Error::new(status, format!("the derived class {child} contradicts: {}", error.message()))
}

fn has_instances(class: &str, what: &str) -> Error {
    let message = format!("class {class} can't change its structure, because {what} has instances");
    Error::new(Status::WBEM_E_CLASS_HAS_INSTANCES, message)
}

/// What must not change under an instance.
#[derive(PartialEq)]
struct Structure {
    parent: Option<String>,
    /// Singleton, Dynamic, Abstract.
    kind: [bool; 3],
    /// Name, type with the class of a reference or an object, whether it is a
    /// key, and whether it is indexed; by name, because their order is none of it.
    properties: Vec<(Typed, bool, bool)>,
}

fn structure(class: &Class) -> Structure {
    let property = |property: &Property| {
        let is_indexed = property.qualifiers().is_true("indexed");
        (typed(property), property.is_key(), is_indexed)
    };
    let mut properties: Vec<_> = class.properties().iter().map(property).collect();
    properties.sort_by(|one, other| one.0.0.cmp(&other.0.0));
    Structure {
        parent: class.superclass_name().map(fold),
        kind: ["singleton", "dynamic", "abstract"].map(|name| class.qualifiers().is_true(name)),
        properties,
    }
}

/// Name, type, and the class of a reference or an object.
type Typed = (String, Type, Option<String>);

fn typed(property: &Property) -> Typed {
    (fold(property.name()), property.ty(), property.class_name().map(fold))
}

/// The methods with their input and output.
fn methods(class: &Class) -> Vec<(String, [Vec<Typed>; 2])> {
    let parameters = |class: Option<&Arc<Class>>| -> Vec<Typed> {
        class.map_or(&[][..], |class| class.properties()).iter().map(typed).collect()
    };
    let method =
        |method: &Method| (fold(method.name()), [parameters(method.input()), parameters(method.output())]);
    class.methods().iter().map(method).collect()
}
