//! [`InstanceRef`]: an instance as a Rust reader sees it between two
//! refreshes.

use std::sync::Arc;

use hiperf_cim::{Class, Instance, PropertyHandle, Reason, Result, Status, Value};
use hiperf_com::object::Object;

/// An instance of a [`Refresher`](crate::Refresher). It borrows the refresher,
/// so it can't outlive the moment in which its values are whole.
#[derive(Clone, Copy, Debug)]
pub struct InstanceRef<'a>(&'a Object);

impl<'a> InstanceRef<'a> {
    pub(crate) fn new(object: &'a Object) -> InstanceRef<'a> {
        InstanceRef(object)
    }

    /// The instance's class.
    #[must_use]
    pub fn class(self) -> &'a Arc<Class> {
        self.0.class()
    }

    /// Reads a 32-bit property, or the low half of a 64-bit one; NULL is
    /// `None`. The handle comes from [`Class::handle`].
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class,
    /// `WBEM_E_TYPE_MISMATCH` for a property of another width.
    #[inline]
    pub fn read_u32(self, handle: PropertyHandle) -> Result<Option<u32>, Status> {
        self.0.read_u32(handle)
    }

    /// Reads a 64-bit property; NULL is `None`.
    ///
    /// # Errors
    /// As [`InstanceRef::read_u32`].
    #[inline]
    pub fn read_u64(self, handle: PropertyHandle) -> Result<Option<u64>, Status> {
        self.0.read_u64(handle)
    }

    /// Reads a 64-bit real, such as a value of [`Namespace::precise`]; NULL is
    /// `None`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class,
    /// `WBEM_E_TYPE_MISMATCH` for a property of another type.
    ///
    /// [`Namespace::precise`]: crate::Namespace::precise
    #[inline]
    pub fn read_f64(self, handle: PropertyHandle) -> Result<Option<f64>, Status> {
        self.0.read_f64(handle)
    }

    /// The value of any property, by name.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the class has no property of this name.
    pub fn get(self, name: &str) -> Result<Value> {
        self.0.get(name)
    }

    /// The value of the property at an index of [`Class::properties`].
    #[must_use]
    pub fn value(self, index: usize) -> Value {
        self.0.value(index)
    }

    /// Why a property is NULL; `None` if it has a value, or if nobody said: a
    /// provider may know nothing of reasons.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class.
    pub fn why(self, handle: PropertyHandle) -> Result<Option<Reason>, Status> {
        self.0.why(handle)
    }

    /// The same for the property at an index of [`Class::properties`].
    #[must_use]
    pub fn why_at(self, index: usize) -> Option<Reason> {
        self.0.why_at(index)
    }

    /// A copy, which stays as it is when the refresher goes on.
    #[must_use]
    pub fn to_instance(self) -> Instance {
        self.0.to_instance()
    }
}
