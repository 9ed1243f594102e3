//! Classes and instances as COM objects: [`Object`] and the class behind it.
//!
//! `WbemObject` implements `IWbemObjectAccess`, and with it
//! `IWbemClassObject`, and beyond it `IHiPerfValueReason`, over an [`Instance`] of the object model. [`Object`] is
//! the safe owner of one: what the engine holds. A provider or a client sees
//! the same object through its vtable.
//!
//! Every method works on the instance from its first line to its last without
//! calling anyone, so two calls on one thread never overlap. Two threads are
//! the callers' business, as the documentation of `IWbemObjectAccess` says: a
//! provider writes only inside Refresh, a client reads only outside of it. A
//! lock would cost more than the write it guards.
//!
//! The compiler holds this for users of the engine, whose refresh needs
//! `&mut`, and for authors who use the SDK, whose objects never leave it. It
//! does not hold it for who uses this crate itself: two clones of an [`Object`]
//! or of an [`ObjectAccess`](crate::access::ObjectAccess) on two threads are
//! such callers, and must keep to that order as they would in C.
//!
//! In by-handle calls hiperf goes beyond the documents in three ways, all of
//! them silent where they were undefined: handles and sizes are checked;
//! `ReadDWORD` of a 64-bit integer gives its low half; and
//! `WritePropertyValue` of 0 bytes from NULL sets NULL.

mod access;
mod by_name;
mod class_object;
mod cooking;
mod definition;
mod listing;
mod parameters;
mod qualifiers;
mod reasons;
mod shared;
mod version;

use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use hiperf_cim::{
    Class, ClassDraft, Decoration, Error, Instance, PropertyHandle, Reason, Result, Status, Value,
};

use crate::class::{interface_of, reference_count};
use crate::{
    ComPtr, IHiPerfValueReason, IUnknown, IWbemClassObject, IWbemObjectAccess, Implements, com_class,
    downcast,
};
use definition::Definition;
use listing::Cursor;
use version::Versions;

pub(crate) use qualifiers::Owner;
pub use shared::Change;
pub use version::Version;

/// The COM class of classes and instances.
///
/// The versions and the instance come first, so that what a writer and a refresh
/// need of an object begins 16 bytes into its memory, with the vtable, and mostly
/// is in one line of the cache.
#[repr(C)]
pub(crate) struct WbemObject {
    /// Of the instance's values.
    versions: Versions,
    /// The instance; of a class definition, one with the class's defaults.
    instance: UnsafeCell<Instance>,
    /// The class; of a class definition, what it was before any change.
    class: Arc<Class>,
    /// What a class definition has beside; an instance has none.
    definition: Option<Box<Definition>>,
    /// `None` when no enumeration was begun. Boxed, because few objects are
    /// enumerated, and the smaller an object the faster a refresh of many.
    cursor: Mutex<Option<Box<Cursor>>>,
}

// SAFETY: the instance is reached through `with` and `with_mut` only, and
// whoever calls has the duty not to write while others use the object: the
// order of calls that WMI prescribes (see the module). The rest is `Sync` by
// itself.
unsafe impl Sync for WbemObject {}

com_class! { class WbemObject: IHiPerfValueReason; }

// SAFETY: the table of an interface begins with that of its base, so the two
// share their position and an object its one pointer.
unsafe impl Implements<IWbemObjectAccess> for WbemObject {
    const SLOT: usize = <WbemObject as Implements<IHiPerfValueReason>>::SLOT;
}

impl WbemObject {
    fn new(instance: Instance) -> WbemObject {
        WbemObject {
            versions: Versions::new(),
            class: instance.class().clone(),
            instance: UnsafeCell::new(instance),
            definition: None,
            cursor: Mutex::new(None),
        }
    }

    fn of_class(draft: ClassDraft, decoration: Option<Arc<Decoration>>) -> WbemObject {
        let mut defaults = Instance::spawn(draft.class());
        defaults.decorate(decoration);
        WbemObject { definition: Some(Box::new(Definition::new(draft))), ..WbemObject::new(defaults) }
    }

    /// This object, with a reference of its own.
    ///
    /// # Safety
    /// `self` is in a COM object, as it is whenever a method is called through
    /// the vtable.
    unsafe fn object(&self) -> Object {
        // SAFETY: the caller's duty.
        Object { access: unsafe { interface_of(self) }, object: NonNull::from(self) }
    }

    /// Reads the instance. `body` must not call anything that may come back to
    /// this object; none of the bodies in this module does.
    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&Instance) -> R) -> R {
        // SAFETY: no `&mut` is alive: `with_mut` ended before or is on another
        // thread, which the callers' order excludes.
        body(unsafe { &*self.instance.get() })
    }

    /// Writes the instance, under the same rule. There is no other way to it, so
    /// no write is missed by who asks for the object's version.
    #[inline(always)]
    fn with_mut<R>(&self, body: impl FnOnce(&mut Instance) -> R) -> R {
        self.versions.mark();
        // SAFETY: no other reference is alive, for the same reasons.
        body(unsafe { &mut *self.instance.get() })
    }
}

/// A class or an instance of ours, with one reference to it.
#[derive(Debug)]
pub struct Object {
    access: ComPtr<IWbemObjectAccess>,
    /// The value behind `access`, which keeps it alive.
    object: NonNull<WbemObject>,
}

// SAFETY: as `ComPtr`: the owner may move to another thread; it is not shared.
unsafe impl Send for Object {}

impl Clone for Object {
    /// A second reference to the same object.
    fn clone(&self) -> Object {
        Object { access: self.access.clone(), object: self.object }
    }
}

impl Object {
    /// A new object with the values of `instance`.
    #[must_use]
    pub fn new(instance: Instance) -> Object {
        Object::wrap(WbemObject::new(instance))
    }

    /// A class definition as an object, which belongs to no namespace.
    #[must_use]
    pub fn from_class(class: &Arc<Class>) -> Object {
        Object::from_class_in(class, None)
    }

    /// A class definition as an object; `decoration` says where it came from.
    #[must_use]
    pub fn from_class_in(class: &Arc<Class>, decoration: Option<Arc<Decoration>>) -> Object {
        Object::wrap(WbemObject::of_class(ClassDraft::of(class), decoration))
    }

    /// A new class without a name and without anything in it: what GetObject
    /// gives for no path.
    #[must_use]
    pub fn empty_class() -> Object {
        Object::wrap(WbemObject::of_class(ClassDraft::empty(), None))
    }

    fn wrap(object: WbemObject) -> Object {
        let access: ComPtr<IWbemObjectAccess> = ComPtr::new(object);
        let found = downcast::<WbemObject>(access.as_unknown()).map(NonNull::from);
        Object { object: found.expect("the object was made as a WbemObject in the line above"), access }
    }

    /// The object behind an interface pointer, if this module made it.
    #[must_use]
    pub fn from_access(access: &ComPtr<IWbemObjectAccess>) -> Option<Object> {
        let object = NonNull::from(downcast::<WbemObject>(access.as_unknown())?);
        Some(Object { access: access.clone(), object })
    }

    /// The object behind an interface pointer, if this module made it.
    #[must_use]
    pub fn from_class_object(object: &ComPtr<IWbemClassObject>) -> Option<Object> {
        Object::from_access(&object.cast().ok()?)
    }

    /// The interface pointer.
    #[must_use]
    pub fn access(&self) -> &ComPtr<IWbemObjectAccess> {
        &self.access
    }

    /// The object as IUnknown, with its reference.
    #[must_use]
    pub fn into_unknown(self) -> ComPtr<IUnknown> {
        ComPtr::from_interface(self.access.as_unknown())
    }

    #[inline(always)]
    fn inner(&self) -> &WbemObject {
        // SAFETY: the reference in `access` keeps the object alive.
        unsafe { self.object.as_ref() }
    }

    /// The class; of a class definition, what it was before any change.
    #[must_use]
    pub fn class(&self) -> &Arc<Class> {
        &self.inner().class
    }

    /// Whether this is a class definition, not an instance.
    #[must_use]
    pub fn is_class(&self) -> bool {
        self.inner().definition.is_some()
    }

    /// The class that a class definition defines now, whatever was changed.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`: this is an instance.
    /// * `WBEM_E_INCOMPLETE_CLASS`: the class has no name.
    pub fn class_definition(&self) -> Result<Arc<Class>> {
        match &self.inner().definition {
            Some(definition) => definition.draft().build(),
            None => Err(Error::new(Status::WBEM_E_INVALID_OBJECT, "an instance is given for a class")),
        }
    }

    /// Whether this is the only reference to the object.
    #[must_use]
    pub fn is_unshared(&self) -> bool {
        reference_count(self.access.as_unknown()) == Some(1)
    }

    /// Makes the values those of `other`: one copy of a block.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    #[inline]
    pub fn copy_from(&self, other: &Object) -> Result<(), Status> {
        if self.object == other.object {
            return Ok(());
        }
        other.inner().with(|from| self.inner().with_mut(|to| to.copy_from(from)))
    }

    /// Whether both are the same object.
    #[must_use]
    pub fn is_same_object(&self, other: &Object) -> bool {
        self.object == other.object
    }

    /// Whether both are of the same class and the values of all keys are the
    /// same.
    #[must_use]
    pub fn has_keys_of(&self, other: &Object) -> bool {
        self.is_same_object(other)
            || other.inner().with(|theirs| self.inner().with(|mine| mine.has_keys_of(theirs)))
    }

    /// Makes the values those of `instance`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    pub fn set_to(&self, instance: &Instance) -> Result<(), Status> {
        self.inner().with_mut(|to| to.copy_from(instance))
    }

    /// Makes the values of `instance` those of this object.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    #[inline]
    pub fn copy_to(&self, instance: &mut Instance) -> Result<(), Status> {
        self.inner().with(|from| instance.copy_from(from))
    }

    /// Makes the values those of `instance`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    pub fn assign(&self, instance: &Instance) -> Result<(), Status> {
        self.inner().with_mut(|to| to.copy_from(instance))
    }

    /// A copy of the values.
    #[must_use]
    pub fn to_instance(&self) -> Instance {
        self.inner().with(Instance::clone)
    }

    /// Reads a 32-bit value, or the low half of a 64-bit integer.
    ///
    /// # Errors
    /// Those of [`Instance::read_u32`].
    #[inline]
    pub fn read_u32(&self, handle: PropertyHandle) -> Result<Option<u32>, Status> {
        self.inner().with(|instance| instance.read_u32(handle))
    }

    /// Reads a 64-bit value.
    ///
    /// # Errors
    /// Those of [`Instance::read_u64`].
    #[inline]
    pub fn read_u64(&self, handle: PropertyHandle) -> Result<Option<u64>, Status> {
        self.inner().with(|instance| instance.read_u64(handle))
    }

    /// Reads a 64-bit real.
    ///
    /// # Errors
    /// Those of [`Instance::read_f64`].
    #[inline]
    pub fn read_f64(&self, handle: PropertyHandle) -> Result<Option<f64>, Status> {
        self.inner().with(|instance| instance.read_f64(handle))
    }

    /// Why a property is NULL; `None` if it has a value, or if nobody said.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    pub fn why(&self, handle: PropertyHandle) -> Result<Option<Reason>, Status> {
        self.inner().with(|instance| instance.why(handle))
    }

    /// The same for the property at `index`.
    #[must_use]
    pub fn why_at(&self, index: usize) -> Option<Reason> {
        self.inner().with(|instance| instance.why_at(index))
    }

    /// Says why of every NULL of which nobody has said it, or only that it is
    /// stale.
    pub fn explain(&self, reason: Reason) {
        self.inner().with_mut(|instance| instance.explain(reason));
    }

    /// The value of the property at `index`.
    #[must_use]
    pub fn value(&self, index: usize) -> Value {
        self.inner().with(|instance| instance.value(index))
    }

    /// The value of a property by name.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the class has no property of this name.
    pub fn get(&self, name: &str) -> Result<Value> {
        self.inner().with(|instance| instance.get(name))
    }
}
