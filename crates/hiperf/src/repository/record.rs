//! Records: classes and instances as bytes.
//!
//! ```text
//! class     = 1 name superclass qualifiers count { property } count { method } ;
//! property  = name class-name qualifiers has-default [ value ] type ;
//! method    = name qualifiers parameters parameters ;        (* input, output *)
//! parameters = 0 | count+1 { property } ;
//! instance  = 1 class qualifiers count { index name value } count { index name qualifiers } ;
//!                                                            (* no NULL that is the default *)
//! qualifiers = count { name flavor value } ;
//! ```
//! A class has only what it declares itself, and so does its MOF; what it
//! inherits comes from its parent when it is read. A parent that is built in may
//! therefore differ in another version of hiperf. An instance names its
//! properties for the same reason: a value of a property that the class no
//! longer has, or has with another type, is passed over. The index says where
//! the property most likely is. A value is there even if it is the class's
//! default, because a default is what an instance starts with, not what it
//! becomes when the class gets another (DSP0004).
//!
//! This is no format of \[MS-WMIO\], which puts the inherited parts into each
//! class and leaves names out of instances.

pub(crate) mod embedded;
mod value;

use std::sync::Arc;

use hiperf_cim::{
    CimType, Class, ClassBuilder, Error, Flavor, Instance, MethodDeclaration, Property, PropertyDeclaration,
    Qualifier, QualifierSet, Result, Status, Type, Value, parameters,
};

use value::{Input, Output, tag_of, type_of};

/// Finds the classes that a record refers to.
pub(crate) type FindClass<'a> = &'a dyn Fn(&str) -> Result<Option<Arc<Class>>>;

/// Says whether a qualifier stays: one of the class, or of the property that is
/// named.
pub(crate) type KeepQualifier<'a> = &'a dyn Fn(Option<&str>, &Qualifier) -> bool;

const FORMAT: u8 = 1;
/// Objects within objects, as deep as MOF may have them; bounded because reading
/// them recurses.
const MAX_DEPTH: usize = 64;

/// The record of a class.
pub(crate) fn of_class(class: &Class) -> Vec<u8> {
    let mut out = Output::new(FORMAT);
    out.text(class.name());
    out.text(class.superclass_name().unwrap_or_default());
    qualifiers(&mut out, class.qualifiers());
    let inherited =
        |property: &Property| class.superclass().and_then(|parent| parent.property(property.name()));
    let own: Vec<&Property> = class.properties().iter().filter(|property| property.is_local()).collect();
    out.count(own.len());
    for declared in own {
        property(&mut out, declared, inherited(declared));
    }
    let own: Vec<_> = class.methods().iter().filter(|method| method.is_local()).collect();
    out.count(own.len());
    for method in own {
        out.text(method.name());
        qualifiers(&mut out, method.qualifiers());
        for class in [method.input(), method.output()] {
            let Some(class) = class else {
                out.count(0);
                continue;
            };
            out.count(class.properties().len() + 1);
            class.properties().iter().for_each(|parameter| property(&mut out, parameter, None));
        }
    }
    out.into_bytes()
}

/// Writes what a declaration of the property says.
fn property(out: &mut Output, property: &Property, inherited: Option<&Property>) {
    out.text(property.name());
    out.text(property.class_name().unwrap_or_default());
    qualifiers(out, property.qualifiers());
    let same = inherited.map_or(&Value::Null, Property::default_value);
    let is_given = property.default_value() != same;
    out.byte(u8::from(is_given));
    if is_given {
        out.value(property.default_value());
    }
    out.byte(tag_of(property.ty()));
}

/// Writes the qualifiers that were written, not those that came from somewhere.
fn qualifiers(out: &mut Output, set: &QualifierSet) {
    let own = |qualifier: &&Qualifier| {
        !qualifier.flavor.contains(Flavor::PROPAGATED) && !qualifier.name.eq_ignore_ascii_case("CIMTYPE")
    };
    out.count(set.iter().filter(own).count());
    for qualifier in set.iter().filter(own) {
        out.text(&qualifier.name);
        out.byte(qualifier.flavor.0);
        out.value(&qualifier.value);
    }
}

/// The name of a class and of its parent.
///
/// # Errors
/// `WBEM_E_CRITICAL_ERROR`: it is no record of a class.
pub(crate) fn names(record: &[u8]) -> Result<(&str, Option<&str>)> {
    let mut input = Input::new(record, FORMAT)?;
    let name = input.text()?;
    Ok((name, Some(input.text()?).filter(|parent| !parent.is_empty())))
}

/// The class of a record.
///
/// # Errors
/// * `WBEM_E_INVALID_SUPERCLASS`: its parent is not there.
/// * `WBEM_E_CRITICAL_ERROR`: it is no record of a class.
/// * those of [`ClassBuilder`], if the parent has become another.
pub(crate) fn to_class(record: &[u8], find: FindClass<'_>) -> Result<Arc<Class>> {
    declared(record, find, None)
}

/// The same without the qualifiers for which `keep` is false.
///
/// # Errors
/// As [`to_class`].
pub(crate) fn declared(
    record: &[u8],
    find: FindClass<'_>,
    keep: Option<KeepQualifier<'_>>,
) -> Result<Arc<Class>> {
    let kept = |of: Option<&str>, qualifier: &Qualifier| keep.is_none_or(|keep| keep(of, qualifier));
    let mut input = Input::new(record, FORMAT)?;
    let name = input.text()?;
    let parent = match input.text()? {
        "" => None,
        parent => Some(find(parent)?.ok_or_else(|| {
            let message = format!("the parent of {name}, {parent}, is not there");
            Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message)
        })?),
    };
    // What the compiler has taken is taken here.
    let mut builder = ClassBuilder::new(name, parent)?.allow_abstract();
    for qualifier in read_qualifiers(&mut input, find)?.into_iter().filter(|qualifier| kept(None, qualifier))
    {
        builder.qualifier(qualifier)?;
    }
    for _ in 0..input.count()? {
        let mut property = read_property(&mut input, find)?;
        let name = property.name.clone();
        property.qualifiers.retain(|qualifier| kept(Some(&name), qualifier));
        builder.property(property)?;
    }
    for _ in 0..input.count()? {
        let name = input.text()?.to_owned();
        let qualifiers = read_qualifiers(&mut input, find)?;
        let mut list = || match input.count()? {
            0 => Ok(None),
            count => {
                let read = (1..count).map(|_| read_property(&mut input, find)).collect::<Result<Vec<_>>>()?;
                parameters(read).map(Some)
            }
        };
        let (input, output) = (list()?, list()?);
        builder.method(MethodDeclaration { name, qualifiers, input, output })?;
    }
    builder.build()
}

fn read_qualifiers(input: &mut Input<'_>, find: FindClass<'_>) -> Result<Vec<Qualifier>> {
    let count = input.count()?;
    let read = |_| {
        let (name, flavor) = (input.text()?, Flavor(input.byte()?));
        Ok(Qualifier::new(name, input.value(find, 0)?, flavor))
    };
    (0..count).map(read).collect()
}

fn read_property(input: &mut Input<'_>, find: FindClass<'_>) -> Result<PropertyDeclaration> {
    let name = input.text()?.to_owned();
    let class_name = Some(input.text()?.to_owned()).filter(|name| !name.is_empty());
    let qualifiers = read_qualifiers(input, find)?;
    let default = if input.byte()? == 0 { None } else { Some(input.value(find, 0)?) };
    let ty = type_of(input.byte()?).ok_or_else(|| input.damaged())?;
    Ok(PropertyDeclaration { name, ty, class_name, qualifiers, default })
}

/// The record of an instance.
pub(crate) fn of_instance(instance: &Instance) -> Vec<u8> {
    let mut out = Output::new(FORMAT);
    out.instance(instance);
    out.into_bytes()
}

/// The name of an instance's class.
///
/// # Errors
/// `WBEM_E_CRITICAL_ERROR`: it is no record of an instance.
pub(crate) fn class_name(record: &[u8]) -> Result<&str> {
    Input::new(record, FORMAT)?.text()
}

/// The instance of a record, of the class that [`class_name`] names.
///
/// # Errors
/// `WBEM_E_CRITICAL_ERROR`: it is no record of an instance.
pub(crate) fn to_instance(record: &[u8], class: &Arc<Class>, find: FindClass<'_>) -> Result<Instance> {
    let mut input = Input::new(record, FORMAT)?;
    input.text()?;
    input.values(class, find, 0)
}

impl Output {
    fn instance(&mut self, instance: &Instance) {
        let class = instance.class();
        self.text(class.name());
        qualifiers(self, instance.qualifiers());
        let value = |index: usize| {
            let (value, property) = (instance.value(index), &class.properties()[index]);
            let is_given = !value.is_null() || !property.default_value().is_null();
            is_given.then(|| (index, property.name(), value))
        };
        let given: Vec<_> = (0..class.properties().len()).filter_map(value).collect();
        self.count(given.len());
        for (index, name, value) in given {
            self.count(index);
            self.text(name);
            self.value(&value);
        }
        let qualified = |index: &usize| !instance.property_qualifiers(*index).is_empty();
        self.count((0..class.properties().len()).filter(qualified).count());
        for index in (0..class.properties().len()).filter(qualified) {
            self.count(index);
            self.text(class.properties()[index].name());
            qualifiers(self, instance.property_qualifiers(index));
        }
    }
}

impl Input<'_> {
    /// The values of an instance, whose class has been read.
    fn values(&mut self, class: &Arc<Class>, find: FindClass<'_>, depth: usize) -> Result<Instance> {
        let mut instance = Instance::spawn(class);
        for qualifier in read_qualifiers(self, find)? {
            instance.put_qualifier(qualifier)?;
        }
        let properties = class.properties();
        for _ in 0..self.count()? {
            let index = self.property_of(class)?;
            let ty = self.peek_type()?;
            let index = index.filter(|index| ty.is_none_or(|ty| ty == properties[*index].ty()));
            match (index, ty) {
                (Some(index), Some(ty)) if !ty.is_array && ty.scalar != CimType::Object => {
                    self.scalar_into(&mut instance, index, ty)?;
                }
                _ => {
                    let value = self.value(find, depth)?;
                    if let Some(index) = index {
                        instance.put(properties[index].name(), &value)?;
                    }
                }
            }
        }
        for _ in 0..self.count()? {
            let index = self.property_of(class)?;
            for qualifier in read_qualifiers(self, find)? {
                if let Some(index) = index {
                    instance.put_property_qualifier(index, qualifier)?;
                }
            }
        }
        Ok(instance)
    }

    /// The property that comes next; `None` if the class has it no more.
    fn property_of(&mut self, class: &Class) -> Result<Option<usize>> {
        let (index, name) = (self.count()?, self.text()?);
        let is_there = class.properties().get(index).is_some_and(|property| property.name() == name);
        Ok(if is_there { Some(index) } else { class.index_of(name) })
    }

    /// A value that a handle reaches, without a detour over [`Value`].
    fn scalar_into(&mut self, instance: &mut Instance, index: usize, ty: Type) -> Result<()> {
        self.byte()?;
        let slot = instance.class().layout().slots()[index];
        if ty.scalar.is_text() {
            return Ok(instance.write_text(slot.handle(), self.text()?.encode_utf16())?);
        }
        Ok(instance.write_fixed(slot.handle(), self.take(slot.width())?)?)
    }
}

#[cfg(test)]
mod tests;
