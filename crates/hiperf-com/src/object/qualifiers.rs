//! The qualifiers of an object, as a set of them reads and changes them.
//!
//! A class definition's are its draft's. An instance shows those that its class
//! passes on, and over them its own.

use hiperf_cim::{Instance, Qualifier, QualifierOwner, QualifierSet, Result, Status};

use super::definition::still_there;
use super::{Object, WbemObject};
use crate::error_info::leave;

/// What in an object a qualifier set belongs to.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// The class or the instance itself.
    Whole,
    /// The property of this name.
    Property(String),
    /// The method of this name.
    Method(String),
}

impl Owner {
    fn of_class(&self) -> QualifierOwner<'_> {
        match self {
            Owner::Whole => QualifierOwner::Class,
            Owner::Property(name) => QualifierOwner::Property(name),
            Owner::Method(name) => QualifierOwner::Method(name),
        }
    }

    /// The index of the property of an instance; `None` for the whole.
    fn in_instance(&self, instance: &Instance) -> Result<Option<usize>, Status> {
        match self {
            Owner::Whole => Ok(None),
            Owner::Property(name) => {
                instance.class().index_of(name).map(Some).ok_or(Status::WBEM_E_NOT_FOUND)
            }
            Owner::Method(_) => Err(Status::WBEM_E_ILLEGAL_OPERATION),
        }
    }
}

impl Object {
    /// The qualifiers as they are now.
    pub(crate) fn qualifiers(&self, owner: &Owner) -> Result<QualifierSet, Status> {
        self.inner().qualifiers(owner)
    }

    /// Adds a qualifier or changes one.
    pub(crate) fn put_qualifier(&self, owner: &Owner, qualifier: Qualifier) -> Result<Status, Status> {
        let object = self.inner();
        if object.definition.is_some() {
            object.change(|draft| draft.put_qualifier(owner.of_class(), qualifier))?;
            return Ok(Status::WBEM_S_NO_ERROR);
        }
        qualifier.check().map_err(leave)?;
        if qualifier.name.eq_ignore_ascii_case("key") {
            return Err(Status::WBEM_E_CANNOT_BE_KEY);
        }
        object.with_mut(|instance| {
            match owner.in_instance(instance)? {
                None => instance.put_qualifier(qualifier),
                Some(index) => instance.put_property_qualifier(index, qualifier),
            }
            .map(|()| Status::WBEM_S_NO_ERROR)
            .map_err(leave)
        })
    }

    /// Deletes a qualifier.
    pub(crate) fn delete_qualifier(&self, owner: &Owner, name: &str) -> Result<Status, Status> {
        let object = self.inner();
        if object.definition.is_some() {
            return object.change(|draft| draft.delete_qualifier(owner.of_class(), name)).map(still_there);
        }
        let removed = object.with_mut(|instance| {
            Ok::<_, Status>(match owner.in_instance(instance)? {
                None => instance.remove_qualifier(name),
                Some(index) => instance.remove_property_qualifier(index, name),
            })
        })?;
        match (removed, object.qualifiers(owner)?.get(name).is_some()) {
            (true, is_there) => Ok(still_there(is_there)),
            (false, true) => Err(Status::WBEM_E_PROPAGATED_QUALIFIER),
            (false, false) => Err(Status::WBEM_E_NOT_FOUND),
        }
    }
}

impl WbemObject {
    pub(super) fn qualifiers(&self, owner: &Owner) -> Result<QualifierSet, Status> {
        if let Some(definition) = &self.definition {
            return definition.draft().qualifiers(owner.of_class()).cloned().map_err(leave);
        }
        self.with(|instance| {
            Ok(match owner.in_instance(instance)? {
                None => instance.shown_qualifiers(),
                Some(index) => instance.shown_property_qualifiers(index),
            })
        })
    }
}
