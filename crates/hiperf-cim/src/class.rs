//! [`Class`]: a class definition, immutable once built, shared by its
//! instances.
//!
//! A class holds *all* its properties, the inherited ones first and in the
//! order of the classes that declared them, so that an index, a handle and an
//! offset's order mean the same in every subclass. It is made by a
//! [`ClassBuilder`](crate::ClassBuilder), which enforces the rules.
//!
//! Source: \[MS-WMIO\] 2.2.15 and 2.2.23; objects.md sections 2 and 3.

use std::sync::{Arc, OnceLock};

use crate::wmio::ClassWire;
use crate::{Error, Layout, PropertyHandle, QualifierSet, Result, Status, Type, Value, suggest};

/// A property of a class.
#[derive(Clone, Debug)]
pub struct Property {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    pub(crate) class_name: Option<Arc<str>>,
    pub(crate) origin: Arc<str>,
    pub(crate) qualifiers: QualifierSet,
    pub(crate) default: Value,
    /// Whether the default is the parent's, not one that the class gives.
    pub(crate) is_default_inherited: bool,
    pub(crate) is_local: bool,
    pub(crate) is_key: bool,
}

impl Property {
    /// The name, as the class that declared it wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.ty
    }

    /// The class that a reference refers to or that an embedded object is of,
    /// if the declaration names one.
    #[must_use]
    pub fn class_name(&self) -> Option<&str> {
        self.class_name.as_deref()
    }

    /// The class that first declared the property.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The property's qualifiers, inherited ones included.
    #[must_use]
    pub fn qualifiers(&self) -> &QualifierSet {
        &self.qualifiers
    }

    /// The value that a new instance has; NULL unless the class gives one.
    #[must_use]
    pub fn default_value(&self) -> &Value {
        &self.default
    }

    /// Whether the class itself declares it, newly or again.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Whether it is a key.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.is_key
    }
}

/// A method of a class.
///
/// Its parameters are the properties of two classes named `__PARAMETERS`, as
/// `IWbemClassObject::GetMethod` hands them out: each has its `ID`, its `in` or
/// `out` qualifier; one that is both stands in both. The return value is the
/// property `ReturnValue` of the output.
#[derive(Clone, Debug)]
pub struct Method {
    pub(crate) name: Arc<str>,
    pub(crate) origin: Arc<str>,
    pub(crate) qualifiers: QualifierSet,
    pub(crate) input: Option<Arc<Class>>,
    pub(crate) output: Option<Arc<Class>>,
    pub(crate) is_local: bool,
}

impl Method {
    /// The name, as the class that declared it wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class that first declared the method.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The method's qualifiers, inherited ones included.
    #[must_use]
    pub fn qualifiers(&self) -> &QualifierSet {
        &self.qualifiers
    }

    /// The class of the input parameters; `None` without any.
    #[must_use]
    pub fn input(&self) -> Option<&Arc<Class>> {
        self.input.as_ref()
    }

    /// The class of the output parameters and the return value; `None` without
    /// any.
    #[must_use]
    pub fn output(&self) -> Option<&Arc<Class>> {
        self.output.as_ref()
    }

    /// Whether the class itself declares it, newly or again.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.is_local
    }
}

/// A class definition.
#[derive(Debug)]
pub struct Class {
    pub(crate) name: Arc<str>,
    /// The parent's definition; `None` at the top, and of a class that came
    /// over the wire with its instance, which says the names only.
    pub(crate) superclass: Option<Arc<Class>>,
    /// The ancestors' names, the parent first.
    pub(crate) derivation: Vec<Arc<str>>,
    pub(crate) qualifiers: QualifierSet,
    pub(crate) properties: Vec<Property>,
    pub(crate) methods: Vec<Method>,
    pub(crate) layout: Layout,
    /// Property indexes sorted by upper-case name.
    pub(crate) lookup: Vec<u16>,
    pub(crate) keys: Vec<usize>,
    /// The block of a new instance.
    pub(crate) default_block: Vec<u8>,
    pub(crate) wire: ClassWire,
    /// Whether texts of a locale were merged into it.
    pub(crate) is_amended: bool,
    /// The class with reals, once somebody asked for it.
    pub(crate) precise: OnceLock<Arc<Class>>,
}

impl Class {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition of the immediate parent; `None` at the top, and of a
    /// class that came over the wire with its instance, which says the
    /// ancestors' names only.
    #[must_use]
    pub fn superclass(&self) -> Option<&Arc<Class>> {
        self.superclass.as_ref()
    }

    /// The name of the immediate parent.
    #[must_use]
    pub fn superclass_name(&self) -> Option<&str> {
        self.derivation.first().map(|name| &**name)
    }

    /// The names of the ancestors, the parent first and the top-most last.
    pub fn derivation(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.derivation.iter().map(|name| &**name)
    }

    /// The top-most ancestor's name, or the class's own at the top.
    #[must_use]
    pub fn dynasty(&self) -> &str {
        self.derivation.last().unwrap_or(&self.name)
    }

    /// Whether the class is `name` or derives from it.
    #[must_use]
    pub fn is_a(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.derivation().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The class's qualifiers, inherited ones included.
    #[must_use]
    pub fn qualifiers(&self) -> &QualifierSet {
        &self.qualifiers
    }

    /// All properties in declaration order, inherited ones first.
    #[must_use]
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The index of the property of this name, in any case.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let upper = |text: &str| text.bytes().map(|byte| byte.to_ascii_uppercase()).collect::<Vec<_>>();
        let wanted = upper(name);
        let found = self
            .lookup
            .binary_search_by(|&index| {
                let candidate = &self.properties[usize::from(index)].name;
                candidate.bytes().map(|byte| byte.to_ascii_uppercase()).cmp(wanted.iter().copied())
            })
            .ok()?;
        Some(usize::from(self.lookup[found]))
    }

    /// The property of this name, in any case.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.index_of(name).map(|index| &self.properties[index])
    }

    /// The handle of a property, for every instance of this class and of its
    /// subclasses.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is no property of this name.
    /// * `WBEM_E_NOT_SUPPORTED`: it is an array or an embedded object, which
    ///   handles don't reach.
    pub fn handle(&self, name: &str) -> Result<PropertyHandle> {
        let index = self.index_of(name).ok_or_else(|| self.no_property(name))?;
        let ty = self.properties[index].ty;
        if ty.is_array || ty.scalar == crate::CimType::Object {
            return Err(Error::new(
                Status::WBEM_E_NOT_SUPPORTED,
                format!("property {name} of {} is of type {ty}, which has no handle", self.name),
            ));
        }
        Ok(self.layout.slots()[index].handle())
    }

    /// The error for a property that the class doesn't have.
    pub(crate) fn no_property(&self, name: &str) -> Error {
        let known = self.properties.iter().map(|property| &*property.name);
        let hint = match suggest::closest(name, known) {
            Some(near) => format!("; did you mean {near}?"),
            None => String::new(),
        };
        Error::new(Status::WBEM_E_NOT_FOUND, format!("class {} has no property {name}{hint}", self.name))
    }

    /// All methods in declaration order, inherited ones first.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The method of this name, in any case.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name.eq_ignore_ascii_case(name))
    }

    /// Where the properties lie in an instance's block.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Indexes of the key properties, in declaration order.
    #[must_use]
    pub fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// Whether the class has one instance, without a key.
    #[must_use]
    pub fn is_singleton(&self) -> bool {
        self.qualifiers.is_true("singleton")
    }

    /// Whether the class can have no instances of its own.
    #[must_use]
    pub fn is_abstract(&self) -> bool {
        self.qualifiers.is_true("abstract")
    }
}
