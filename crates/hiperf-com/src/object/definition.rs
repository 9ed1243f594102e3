//! [`Definition`]: what a class definition has that an instance has not: a
//! draft that can be changed, and the methods.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf_cim::{Class, ClassDraft, Instance, Property, Result, Status, Type, Value, system_property};

use super::{Object, WbemObject};
use crate::Variant;
use crate::error_info::leave;

/// The half of a class definition that can be changed.
pub(super) struct Definition {
    draft: Mutex<ClassDraft>,
    /// The methods still to come in an enumeration, the next one last; `None`
    /// when none was begun.
    methods: Mutex<Option<Vec<String>>>,
}

impl Definition {
    pub fn new(draft: ClassDraft) -> Definition {
        Definition { draft: Mutex::new(draft), methods: Mutex::new(None) }
    }

    /// The class as it is being changed. No one may be called while this is
    /// held.
    pub fn draft(&self) -> MutexGuard<'_, ClassDraft> {
        // A draft changes in one step, so a panic leaves none half changed.
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the enumeration of the methods stands.
    pub fn methods(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.methods.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The class of an object as it is at the moment.
pub(super) enum ClassNow<'a> {
    /// That of an instance, which never changes.
    Fixed(&'a Arc<Class>),
    /// That of a class definition.
    Drafted(Arc<Class>),
}

impl Deref for ClassNow<'_> {
    type Target = Arc<Class>;

    fn deref(&self) -> &Arc<Class> {
        match self {
            ClassNow::Fixed(class) => class,
            ClassNow::Drafted(class) => class,
        }
    }
}

impl WbemObject {
    pub(super) fn class_now(&self) -> ClassNow<'_> {
        match &self.definition {
            None => ClassNow::Fixed(&self.class),
            Some(definition) => ClassNow::Drafted(definition.draft().class().clone()),
        }
    }

    /// What only a class definition has.
    ///
    /// # Errors
    /// `WBEM_E_ILLEGAL_OPERATION`: this is an instance.
    pub(super) fn definition(&self) -> Result<&Definition, Status> {
        self.definition.as_deref().ok_or(Status::WBEM_E_ILLEGAL_OPERATION)
    }

    /// The class, finished: to derive from it and to make instances of it.
    ///
    /// # Errors
    /// `WBEM_E_INCOMPLETE_CLASS`: it has no name yet.
    pub(super) fn finished_class(&self) -> Result<Arc<Class>, Status> {
        match &self.definition {
            None => Ok(self.class.clone()),
            Some(definition) => definition.draft().build().map_err(leave),
        }
    }

    /// Changes the class, and with it the instance that has its defaults.
    pub(super) fn change<R>(&self, edit: impl FnOnce(&mut ClassDraft) -> Result<R>) -> Result<R, Status> {
        let mut draft = self.definition()?.draft();
        let answer = edit(&mut draft).map_err(leave)?;
        let mut defaults = Instance::spawn(draft.class());
        drop(draft);
        self.with_mut(|instance| {
            defaults.decorate(instance.decoration().cloned());
            *instance = defaults;
        });
        Ok(answer)
    }

    /// `Put` on a class: names it, declares a property or sets a default.
    pub(super) fn put_in_class(
        &self,
        name: &str,
        value: Option<&Variant>,
        code: i32,
    ) -> Result<Status, Status> {
        let value = value.filter(|variant| !variant.is_null());
        if let Some((system, _)) = system_property(name) {
            if system != "__CLASS" {
                return Err(Status::WBEM_E_READ_ONLY);
            }
            let class_name = value.and_then(Variant::text).ok_or(Status::WBEM_E_TYPE_MISMATCH)?;
            return self.change(|draft| draft.set_name(&class_name)).map(|()| Status::WBEM_S_NO_ERROR);
        }
        let known = self.class_now().property(name).map(Property::ty);
        let ty = match (code, known, value) {
            (0, Some(known), _) => known,
            (0, None, Some(variant)) => variant.natural_type().ok_or(Status::WBEM_E_INVALID_PROPERTY_TYPE)?,
            // Nothing says of which type the property is to be.
            (0, None, None) => return Err(Status::WBEM_E_INVALID_PARAMETER),
            _ => Type::from_code(code.cast_unsigned()).ok_or(Status::WBEM_E_INVALID_PROPERTY_TYPE)?,
        };
        let default = value.map_or(Ok(Value::Null), |variant| variant.to_value(ty))?;
        self.change(|draft| draft.put_property(name, ty, Some(default))).map(|()| Status::WBEM_S_NO_ERROR)
    }

    /// The class that first declared a property or method, by what is known of
    /// it; a class without a name has declared it as well.
    pub(super) fn origin_name(&self, origin: &str) -> String {
        let is_nameless = self.definition.as_deref().is_some_and(|definition| {
            let draft = definition.draft();
            draft.name().is_none() && draft.class().name() == origin
        });
        if is_nameless { String::new() } else { origin.to_owned() }
    }

    /// The value of a system property of a class definition.
    pub(super) fn class_system_value(&self, definition: &Definition, name: &str) -> Value {
        let draft = definition.draft();
        let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
        let decoration = self.with(|defaults| defaults.decoration().cloned());
        match (name, draft.name()) {
            ("__SERVER", _) => text(decoration.map(|from| from.server.clone())),
            ("__NAMESPACE", _) => text(decoration.map(|from| from.namespace.clone())),
            ("__PATH", Some(class)) => {
                text(decoration.map(|from| format!("\\\\{}\\{}:{class}", from.server, from.namespace)))
            }
            ("__CLASS" | "__RELPATH", None) => Value::Null,
            ("__DYNASTY", None) if draft.class().superclass_name().is_none() => Value::Null,
            _ => draft.class().system_value(name).unwrap_or(Value::Null),
        }
    }

    /// The parameters of a method as objects.
    pub(super) fn method_parameters(&self, name: &str) -> Result<(Option<Object>, Option<Object>), Status> {
        let definition = self.definition()?;
        let draft = definition.draft();
        let method = draft.class().method(name).ok_or(Status::WBEM_E_NOT_FOUND)?;
        Ok((method.input().map(Object::from_class), method.output().map(Object::from_class)))
    }

    /// The names of the methods that the flags leave, the first one last.
    pub(super) fn listed_methods(&self, flags: i32) -> Result<Vec<String>, Status> {
        let keep: fn(bool) -> bool = match flags {
            0 => |_| true,
            super::listing::condition::LOCAL_ONLY => |is_local| is_local,
            super::listing::condition::PROPAGATED_ONLY => |is_local| !is_local,
            _ => return Err(Status::WBEM_E_INVALID_PARAMETER),
        };
        let definition = self.definition()?;
        let draft = definition.draft();
        let kept = draft.class().methods().iter().rev().filter(|method| keep(method.is_local()));
        Ok(kept.map(|method| method.name().to_owned()).collect())
    }
}

/// What a deletion answers: whether what an ancestor gives is there again.
pub(super) fn still_there(is_there: bool) -> Status {
    if is_there { Status::WBEM_S_RESET_TO_DEFAULT } else { Status::WBEM_S_NO_ERROR }
}
