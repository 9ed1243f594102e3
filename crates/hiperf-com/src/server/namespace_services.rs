//! [`NamespaceServices`]: what the engine implements for `IWbemServices` to be
//! made of it.
//!
//! Nothing here knows of vtables: paths are text, objects are [`Object`]s, and an
//! error says what was wrong.
//!
//! Source: the documentation of `IWbemServices`; interfaces.md section 6.

use hiperf_cim::{Class, Instance, Result, Status};

use crate::object::Object;
use crate::{ComPtr, Context, IWbemServices};

/// What a namespace does for its clients. One that can't be changed has only the
/// methods without a body here. The context of a call is for the provider.
pub trait NamespaceServices: Send + Sync + 'static {
    /// The class or the instance with this path.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT_PATH`, `WBEM_E_NOT_FOUND`, and the provider's.
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object>;

    /// The classes below `superclass` (all, if it is empty), only its
    /// immediate children if `shallow`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`.
    fn create_class_enum(&self, superclass: &str, shallow: bool) -> Result<Vec<Object>>;

    /// The instances of a class, those of its subclasses too unless `shallow`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, and the provider's.
    fn create_instance_enum(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>>;

    /// The same objects with the texts of the connection's locale, for
    /// `WBEM_FLAG_USE_AMENDED_QUALIFIERS`.
    ///
    /// # Errors
    /// Those of reading the texts.
    fn amended(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        Ok(objects)
    }

    /// The services of a namespace below this one.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`.
    fn open_namespace(&self, _: &str) -> Result<ComPtr<IWbemServices>> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Stores a class; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// `WBEM_E_ALREADY_EXISTS`, `WBEM_E_CLASS_HAS_CHILDREN` and the like.
    fn put_class(&self, _: &Class, _: u32) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Deletes a class and its instances.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`, `WBEM_E_CLASS_HAS_CHILDREN`.
    fn delete_class(&self, _: &str) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Stores a static instance; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, `WBEM_E_PROVIDER_NOT_CAPABLE` and the like.
    fn put_instance(&self, _: &Instance, _: u32) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Deletes a static instance.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`, `WBEM_E_INVALID_OBJECT_PATH`.
    fn delete_instance(&self, _: &str) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// The objects of a query in WQL.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY`, `WBEM_E_INVALID_CLASS`, and the provider's.
    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>>;
}
