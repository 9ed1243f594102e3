//! [`ClassBuilder`]: makes a class from what its declaration says, by the
//! rules of WMI.
//!
//! Source: objects.md section 3 and mof.md section 6; each rule broken gives
//! its own status.

mod rules;

use std::sync::Arc;

pub(crate) use self::rules::cimtype;
use self::rules::{
    KEY_FLAVOR, check_identifier, check_key_type, check_width, inherit_dynamic, same_parameters,
};
use crate::block::Nesting;
use crate::class_parts::ClassParts;
use crate::wmio::ClassWire;
use crate::{Class, Error, Flavor, Method, Property, Qualifier, QualifierSet, Result, Status, Type, Value};

/// `WBEM_MAX_USER_PROPERTIES`.
pub const MAX_PROPERTIES: usize = 1024;
/// `WBEM_MAX_IDENTIFIER`, in characters.
pub const MAX_IDENTIFIER: usize = 0x1000;
/// Key properties of a class.
pub const MAX_KEYS: usize = 256;
/// Methods of a class. \[MS-WMIO\] counts them in 16 bits; this is still far
/// beyond any use, and bounds what looking for one costs.
pub const MAX_METHODS: usize = 4096;
/// Classes above a class. The CIM schema has 11; a class owns the names of all
/// of them, so that a long chain of classes would fill the memory.
pub const MAX_ANCESTORS: usize = 256;

/// A property as a class declaration gives it.
#[derive(Clone, Debug)]
pub struct PropertyDeclaration {
    /// The name.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// The class that a reference or an embedded object names.
    pub class_name: Option<String>,
    /// The qualifiers written with it, `CIMTYPE` not among them.
    pub qualifiers: Vec<Qualifier>,
    /// The default value, if one is written; `Some(Value::Null)` for NULL.
    pub default: Option<Value>,
}

/// A method as a class declaration gives it.
#[derive(Clone, Debug)]
pub struct MethodDeclaration {
    /// The name.
    pub name: String,
    /// The qualifiers written with it.
    pub qualifiers: Vec<Qualifier>,
    /// The class of the input parameters, from [`parameters`]; `None` without
    /// any.
    pub input: Option<Arc<Class>>,
    /// The class of the output parameters and the return value.
    pub output: Option<Arc<Class>>,
}

/// Makes the class of a method's input or output parameters. The declarations
/// carry their `in`, `out` and `ID` qualifiers.
///
/// # Errors
/// Those of [`ClassBuilder::property`].
pub fn parameters(declarations: impl IntoIterator<Item = PropertyDeclaration>) -> Result<Arc<Class>> {
    let mut builder = ClassBuilder::new("__PARAMETERS", None)?;
    builder.qualifier(Qualifier::new("abstract", Value::Boolean(true), Flavor::NONE))?;
    for declaration in declarations {
        builder.property(declaration)?;
    }
    builder.build()
}

/// Builds a [`Class`].
#[derive(Debug)]
pub struct ClassBuilder {
    name: Arc<str>,
    superclass: Option<Arc<Class>>,
    qualifiers: QualifierSet,
    properties: Vec<Property>,
    methods: Vec<Method>,
    allows_abstract: bool,
    is_amended: bool,
}

impl ClassBuilder {
    /// A class of the given name below `superclass`, so far without anything
    /// of its own. Names that start with two underscores are the system's.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`, `WBEM_E_CLASS_NAME_TOO_WIDE`: a bad name.
    /// * `WBEM_E_INVALID_SUPERCLASS`: the parent is terminal, or below
    ///   [`MAX_ANCESTORS`] others.
    pub fn new(name: &str, superclass: Option<Arc<Class>>) -> Result<ClassBuilder> {
        check_width(name, "class", Status::WBEM_E_CLASS_NAME_TOO_WIDE)?;
        check_identifier(name, "class").map_err(|m| Error::new(Status::WBEM_E_INVALID_OBJECT, m))?;
        if let Some(parent) = superclass.as_deref().filter(|parent| parent.qualifiers.is_true("terminal")) {
            let message = format!("class {} is terminal: no class may derive from it", parent.name);
            return Err(Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message));
        }
        if let Some(parent) = superclass.as_deref().filter(|parent| parent.derivation.len() >= MAX_ANCESTORS)
        {
            let message = format!("class {} has {MAX_ANCESTORS} ancestors, as many as can be", parent.name);
            return Err(Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message));
        }
        let (qualifiers, properties, methods) = match &superclass {
            None => (QualifierSet::new(), Vec::new(), Vec::new()),
            Some(parent) => {
                let inherited = parent.properties.iter().map(|property| Property {
                    qualifiers: property.qualifiers.for_derived_class(),
                    is_default_inherited: true,
                    is_local: false,
                    ..property.clone()
                });
                let methods = parent.methods.iter().map(|method| Method {
                    qualifiers: method.qualifiers.for_derived_class(),
                    is_local: false,
                    ..method.clone()
                });
                (parent.qualifiers.for_derived_class(), inherited.collect(), methods.collect())
            }
        };
        let name = name.into();
        Ok(ClassBuilder {
            name,
            superclass,
            qualifiers,
            properties,
            methods,
            allows_abstract: false,
            is_amended: false,
        })
    }

    /// Says whether texts of a locale are among what is declared.
    #[must_use]
    pub(crate) fn amended(mut self, is_amended: bool) -> ClassBuilder {
        self.is_amended = is_amended;
        self
    }

    /// Accepts an abstract class below one that is not.
    ///
    /// WMI refuses such a class when it is put. DSP0004 has no such rule, and
    /// the CIM schema itself breaks it (`CIM_PolicyInSystem` is abstract below
    /// `CIM_HostedDependency`, which is not), so a compiler that held to it
    /// could not compile the schema. An abstract class has no instances of its
    /// own wherever it stands; nothing else depends on its parent.
    #[must_use]
    pub fn allow_abstract(mut self) -> ClassBuilder {
        self.allows_abstract = true;
        self
    }

    /// Adds a qualifier to the class.
    ///
    /// # Errors
    /// Those of [`QualifierSet::put`], and `WBEM_E_CANNOT_BE_ABSTRACT` for an
    /// abstract class below one that is not, unless that is allowed.
    pub fn qualifier(&mut self, qualifier: Qualifier) -> Result<()> {
        let makes_abstract =
            qualifier.name.eq_ignore_ascii_case("abstract") && qualifier.value == Value::Boolean(true);
        if makes_abstract
            && !self.allows_abstract
            && let Some(parent) = self.superclass.as_ref().filter(|parent| !parent.is_abstract())
        {
            let message = format!("class {} can't be abstract: its parent {} is not", self.name, parent.name);
            return Err(Error::new(Status::WBEM_E_CANNOT_BE_ABSTRACT, message));
        }
        self.qualifiers.put(qualifier)
    }

    /// Adds a property, or declares an inherited one again to give it other
    /// qualifiers or another default.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_PROPERTY`: a bad name, or one that is declared twice.
    /// * `WBEM_E_PROPAGATED_PROPERTY`: the inherited one has another type.
    /// * `WBEM_E_TYPE_MISMATCH`: the default value is of another type.
    /// * `WBEM_E_INVALID_PROPERTY_TYPE`: a key of a type that can't be one.
    /// * `WBEM_E_CANNOT_BE_KEY`: an ancestor already has keys.
    /// * `WBEM_E_TOO_MANY_PROPERTIES`: more than 1,024.
    /// * `WBEM_E_PROPERTY_NAME_TOO_WIDE`.
    /// * `WBEM_E_INVALID_QUALIFIER_TYPE`: `key` with a value that is no boolean.
    /// * those of [`QualifierSet::put`].
    pub fn property(&mut self, declaration: PropertyDeclaration) -> Result<()> {
        let PropertyDeclaration { name, ty, class_name, qualifiers, default } = declaration;
        check_width(&name, "property", Status::WBEM_E_PROPERTY_NAME_TOO_WIDE)?;
        check_identifier(&name, "property").map_err(|m| Error::new(Status::WBEM_E_INVALID_PROPERTY, m))?;
        let index = match self.properties.iter().position(|known| known.name.eq_ignore_ascii_case(&name)) {
            Some(index) => self.redeclare(index, ty, class_name.as_deref())?,
            None => self.declare(&name, ty, class_name.as_deref())?,
        };
        let property = &mut self.properties[index];
        property.is_local = true;
        for qualifier in qualifiers {
            let is_key = qualifier.name.eq_ignore_ascii_case("key");
            if is_key && !matches!(qualifier.value, Value::Boolean(_)) {
                let message = format!("the qualifier key of property {name} is a boolean");
                return Err(Error::new(Status::WBEM_E_INVALID_QUALIFIER_TYPE, message));
            }
            if is_key && !property.is_key {
                check_key_type(&property.name, ty)?;
                property.is_key = true;
            }
            // A key is propagated to everything, whatever its declaration says.
            let flavor = if is_key { KEY_FLAVOR } else { qualifier.flavor };
            property.qualifiers.put(Qualifier { flavor, ..qualifier })?;
        }
        if let Some(value) = default {
            if value.type_of().is_some_and(|given| given != ty) {
                let message = format!("the default of {name} is not of its type, {ty}");
                return Err(Error::new(Status::WBEM_E_TYPE_MISMATCH, message));
            }
            property.default = value;
            property.is_default_inherited = false;
        }
        Ok(())
    }

    /// An inherited reference or embedded object may name another class, as
    /// long as it stays what it is: an association's child narrows its ends.
    fn redeclare(&mut self, index: usize, ty: Type, class_name: Option<&str>) -> Result<usize> {
        let known = &mut self.properties[index];
        if known.is_local {
            let message = format!("property {} is declared twice", known.name);
            return Err(Error::new(Status::WBEM_E_INVALID_PROPERTY, message));
        }
        if known.ty != ty {
            let message = format!(
                "property {} is inherited from {} as {} and can't become {ty}",
                known.name, known.origin, known.ty
            );
            return Err(Error::new(Status::WBEM_E_PROPAGATED_PROPERTY, message));
        }
        let is_same = match (known.class_name.as_deref(), class_name) {
            (Some(known), Some(new)) => known.eq_ignore_ascii_case(new),
            (known, new) => known == new,
        };
        if !is_same {
            known.class_name = class_name.map(Into::into);
            known.qualifiers.put(cimtype(ty, class_name))?;
        }
        Ok(index)
    }

    fn declare(&mut self, name: &str, ty: Type, class_name: Option<&str>) -> Result<usize> {
        if self.properties.len() == MAX_PROPERTIES {
            let message = format!("class {} has more than {MAX_PROPERTIES} properties", self.name);
            return Err(Error::new(Status::WBEM_E_TOO_MANY_PROPERTIES, message));
        }
        let mut qualifiers = QualifierSet::new();
        qualifiers.put(cimtype(ty, class_name))?;
        self.properties.push(Property {
            name: name.into(),
            ty,
            class_name: class_name.map(Into::into),
            origin: self.name.clone(),
            qualifiers,
            default: Value::Null,
            is_default_inherited: false,
            is_local: true,
            is_key: false,
        });
        Ok(self.properties.len() - 1)
    }

    /// Adds a method, or declares an inherited one again with other qualifiers
    /// and the same parameters.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_METHOD`: a bad name, or one that is declared twice.
    /// * `WBEM_E_PROPAGATED_METHOD`: the inherited one has other parameters.
    /// * `WBEM_E_METHOD_NAME_TOO_WIDE`.
    /// * `WBEM_E_QUOTA_VIOLATION`: more than [`MAX_METHODS`].
    /// * those of [`QualifierSet::put`].
    pub fn method(&mut self, declaration: MethodDeclaration) -> Result<()> {
        let MethodDeclaration { name, qualifiers, input, output } = declaration;
        check_width(&name, "method", Status::WBEM_E_METHOD_NAME_TOO_WIDE)?;
        check_identifier(&name, "method").map_err(|m| Error::new(Status::WBEM_E_INVALID_METHOD, m))?;
        let index = match self.methods.iter().position(|known| known.name.eq_ignore_ascii_case(&name)) {
            Some(index) => {
                let known = &self.methods[index];
                if known.is_local {
                    let message = format!("method {} is declared twice", known.name);
                    return Err(Error::new(Status::WBEM_E_INVALID_METHOD, message));
                }
                if !same_parameters(known.input.as_deref(), input.as_deref())
                    || !same_parameters(known.output.as_deref(), output.as_deref())
                {
                    let message = format!(
                        "method {} is inherited from {} and can't get other parameters",
                        known.name, known.origin
                    );
                    return Err(Error::new(Status::WBEM_E_PROPAGATED_METHOD, message));
                }
                index
            }
            None if self.methods.len() == MAX_METHODS => {
                let message = format!("class {} has more than {MAX_METHODS} methods", self.name);
                return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
            }
            None => {
                self.methods.push(Method {
                    name: name.into(),
                    origin: self.name.clone(),
                    qualifiers: QualifierSet::new(),
                    input: None,
                    output: None,
                    is_local: true,
                });
                self.methods.len() - 1
            }
        };
        let method = &mut self.methods[index];
        (method.is_local, method.input, method.output) = (true, input, output);
        qualifiers.into_iter().try_for_each(|qualifier| method.qualifiers.put(qualifier))
    }

    /// The finished class.
    ///
    /// # Errors
    /// * `WBEM_E_CANNOT_BE_KEY`: it adds a key although an ancestor has keys, or
    ///   has more than [`MAX_KEYS`].
    /// * `WBEM_E_CANNOT_BE_SINGLETON`: it is a singleton and has keys.
    /// * `WBEM_E_INVALID_SUPERCLASS`: it says that it is not dynamic, and its
    ///   parent is.
    pub fn build(self) -> Result<Arc<Class>> {
        let ClassBuilder { name, superclass, mut qualifiers, properties, methods, is_amended, .. } = self;
        inherit_dynamic(&name, superclass.as_deref(), &mut qualifiers)?;
        let keys: Vec<usize> = (0..properties.len()).filter(|&index| properties[index].is_key).collect();
        if let Some(parent) = superclass.as_ref().filter(|parent| !parent.keys.is_empty())
            && let Some(added) = keys.iter().find(|&index| !parent.keys.contains(index))
        {
            let message = format!(
                "property {} of {name} can't be a key: the keys are set by an ancestor",
                properties[*added].name
            );
            return Err(Error::new(Status::WBEM_E_CANNOT_BE_KEY, message));
        }
        if let Some(&beyond) = keys.get(MAX_KEYS) {
            let name = &properties[beyond].name;
            let message = format!("property {name} can't be a key: a class has at most {MAX_KEYS} keys");
            return Err(Error::new(Status::WBEM_E_CANNOT_BE_KEY, message));
        }
        if qualifiers.is_true("singleton") && !keys.is_empty() {
            let message = format!("class {name} is a singleton, so it can't have key properties");
            return Err(Error::new(Status::WBEM_E_CANNOT_BE_SINGLETON, message));
        }
        let derivation = superclass
            .iter()
            .flat_map(|parent| std::iter::once(&parent.name).chain(&parent.derivation))
            .cloned()
            .collect();
        let wire = ClassWire::default();
        let parts = ClassParts { name, superclass, derivation, qualifiers, properties, methods, wire };
        Ok(Arc::new(Class { is_amended, ..parts.finish(Nesting::Unknown)? }))
    }
}
