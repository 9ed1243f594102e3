//! From elements to objects.

use std::sync::Arc;

use super::element::Element;
use super::{XmlObject, invalid, value};
use crate::block::Nesting;
use crate::class_parts::ClassParts;
use crate::path::{Keys, ObjectPath};
use crate::wmio::{ClassWire, MAX_NESTING};
use crate::{
    CimType, Class, ClassBuilder, Decoration, Flavor, Instance, MethodDeclaration, PropertyDeclaration,
    Qualifier, Result, Type, Value, parameters,
};

/// A class or an instance, which `depth` other objects are around; `path` is the
/// one that stands beside it.
pub(super) fn object(element: &Element, path: Option<&ObjectPath>, depth: u32) -> Result<XmlObject> {
    if depth > MAX_NESTING {
        return Err(invalid(format!("more than {MAX_NESTING} objects are within each other")));
    }
    match &*element.name {
        "CLASS" => Ok(XmlObject::Class(class(element, depth)?, decoration(element, path)?)),
        "INSTANCE" => {
            let mut instance = instance(element, path, depth)?;
            instance.decorate(decoration(element, path)?);
            Ok(XmlObject::Instance(Box::new(instance)))
        }
        other => Err(invalid(format!("{other} is neither a CLASS nor an INSTANCE"))),
    }
}

fn class(element: &Element, depth: u32) -> Result<Arc<Class>> {
    let mut builder = ClassBuilder::new(element.required("NAME")?, None)?;
    for own in qualifiers(element)? {
        builder.qualifier(own)?;
    }
    for own in properties(element) {
        builder.property(declaration(own, "PROPERTY", depth)?)?;
    }
    for own in element.all("METHOD") {
        builder.method(method(own, depth)?)?;
    }
    let mut ancestors = ancestors(element)?;
    if ancestors.is_empty() {
        ancestors.extend(element.attribute("SUPERCLASS").map(Into::into));
    }
    placed(&builder.build()?, ancestors, element)
}

/// The same class below ancestors of which no more than the names are known,
/// with what its elements say of where everything comes from.
fn placed(class: &Arc<Class>, derivation: Vec<Arc<str>>, element: &Element) -> Result<Arc<Class>> {
    let parent = derivation.first().unwrap_or(&class.name).clone();
    let mut parts = ClassParts {
        name: class.name.clone(),
        superclass: None,
        derivation,
        qualifiers: class.qualifiers.clone(),
        properties: class.properties.clone(),
        methods: class.methods.clone(),
        wire: ClassWire::default(),
    };
    let origin = |own: &Element, is_local: bool| {
        let likely = if is_local { class.name() } else { &*parent };
        own.attribute("CLASSORIGIN").unwrap_or(likely).into()
    };
    for (own, property) in properties(element).zip(&mut parts.properties) {
        property.is_local = !own.flag("PROPAGATED", false);
        property.is_default_inherited = !property.is_local;
        property.origin = origin(own, property.is_local);
        // The builder gives keys the flavor of their declaration.
        let is_key =
            |own: &&Element| own.attribute("NAME").is_some_and(|name| name.eq_ignore_ascii_case("key"));
        let key = own.all("QUALIFIER").find(is_key).filter(|_| element.name == "CLASS");
        if let Some(known) = property.qualifiers.get("key").cloned()
            && key.is_some_and(|key| key.flag("PROPAGATED", false))
        {
            let flavor = known.flavor | Flavor::PROPAGATED;
            property.qualifiers.put(Qualifier { flavor, ..known })?;
        }
    }
    for (own, method) in element.all("METHOD").zip(&mut parts.methods) {
        method.is_local = !own.flag("PROPAGATED", false);
        method.origin = origin(own, method.is_local);
    }
    parts.finish(Nesting::Unknown).map(Arc::new)
}

/// An instance of a class that has just these properties. What it inherited of
/// qualifiers is the class's.
fn instance(element: &Element, path: Option<&ObjectPath>, depth: u32) -> Result<Instance> {
    let (of_class, of_instance) = split(qualifiers(element)?);
    let mut builder = ClassBuilder::new(element.required("CLASSNAME")?, None)?;
    for own in of_class {
        builder.qualifier(own)?;
    }
    let path = match path {
        Some(path) => Some(path.clone()),
        None => system_text(element, "__RELPATH")?.and_then(|path| ObjectPath::parse(&path).ok()),
    };
    let is_true = |name: &str| Qualifier::new(name, Value::Boolean(true), Flavor::NONE);
    if path.as_ref().is_some_and(|path| path.keys == Keys::Singleton) {
        builder.qualifier(is_true("singleton"))?;
    }
    let mut values = Vec::new();
    for own in properties(element) {
        let mut declaration = declaration(own, "PROPERTY", depth)?;
        let (mut of_class, of_instance) = split(declaration.qualifiers);
        if path.as_ref().is_some_and(|path| names_key(path, &declaration.name)) {
            of_class.push(is_true("key"));
        }
        values.push((declaration.name.clone(), declaration.default.take(), of_instance));
        builder.property(PropertyDeclaration { qualifiers: of_class, ..declaration })?;
    }
    let mut instance = Instance::spawn(&placed(&builder.build()?, ancestors(element)?, element)?);
    for own in of_instance {
        instance.put_qualifier(own)?;
    }
    for (index, (name, value, of_instance)) in values.into_iter().enumerate() {
        if let Some(value) = value {
            instance.put(&name, &value)?;
        }
        for own in of_instance {
            instance.put_property_qualifier(index, own)?;
        }
    }
    Ok(instance)
}

/// Whether a path names a property as a key.
fn names_key(path: &ObjectPath, property: &str) -> bool {
    matches!(&path.keys, Keys::Named(_)) && path.key(property).is_some()
}

/// The ancestors that the system's properties name, the parent first.
fn ancestors(element: &Element) -> Result<Vec<Arc<str>>> {
    match system_value(element, "__DERIVATION")? {
        Value::Array(_, names) => Ok(names.iter().filter_map(Value::as_str).map(Into::into).collect()),
        _ => Ok(Vec::new()),
    }
}

/// Where the object came from, by the system's properties or by its path. A
/// path without a server is one of this machine.
fn decoration(element: &Element, path: Option<&ObjectPath>) -> Result<Option<Arc<Decoration>>> {
    let server = system_text(element, "__SERVER")?.or_else(|| path?.server.clone());
    let namespace = system_text(element, "__NAMESPACE")?.or_else(|| path?.namespace.clone());
    Ok(namespace.map(|namespace| {
        Arc::new(Decoration { server: server.unwrap_or_else(|| ".".to_owned()), namespace })
    }))
}

/// The value of a property of the system, if it is there.
fn system_value(element: &Element, name: &str) -> Result<Value> {
    let is_it = |own: &&Element| own.attribute("NAME").is_some_and(|known| known.eq_ignore_ascii_case(name));
    let all =
        element.children.iter().filter(|child| child.name == "PROPERTY" || child.name == "PROPERTY.ARRAY");
    match (all.into_iter().find(is_it), crate::system_property(name)) {
        (Some(own), Some((_, ty))) => value::read(own, ty, 0),
        _ => Ok(Value::Null),
    }
}

fn system_text(element: &Element, name: &str) -> Result<Option<String>> {
    Ok(system_value(element, name)?.as_str().map(str::to_owned))
}

/// Those that came from the class, as the class has them, and the others.
fn split(all: Vec<Qualifier>) -> (Vec<Qualifier>, Vec<Qualifier>) {
    let (of_class, of_instance) = all.into_iter().partition(|own| own.flavor.contains(Flavor::PROPAGATED));
    let as_declared = |own: Qualifier| Qualifier { flavor: own.flavor.without(Flavor::PROPAGATED), ..own };
    (Vec::into_iter(of_class).map(as_declared).collect(), of_instance)
}

/// The elements of properties, those of the system left out.
fn properties(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter(|child| {
        let is_system = |name: &str| crate::system_property(name).is_some();
        (child.name == "PROPERTY" || child.name.starts_with("PROPERTY."))
            && !child.attribute("NAME").is_some_and(is_system)
    })
}

/// A `PROPERTY` or `PARAMETER` of any kind.
fn declaration(element: &Element, kind: &str, depth: u32) -> Result<PropertyDeclaration> {
    let ty = match &element.name[kind.len()..] {
        "" => Type::scalar(scalar(element)?),
        ".ARRAY" => Type::array(scalar(element)?),
        ".REFERENCE" => Type::scalar(CimType::Reference),
        ".REFARRAY" => Type::array(CimType::Reference),
        ".OBJECT" => Type::scalar(CimType::Object),
        ".OBJECTARRAY" => Type::array(CimType::Object),
        _ => return Err(invalid(format!("{} is no element of CIM-XML", element.name))),
    };
    let value = value::read(element, ty, depth)?;
    Ok(PropertyDeclaration {
        name: element.required("NAME")?.to_owned(),
        ty,
        class_name: element.attribute("REFERENCECLASS").map(str::to_owned),
        qualifiers: qualifiers(element)?,
        default: Some(value).filter(|value| !value.is_null()),
    })
}

/// The type in the attributes of an element.
fn scalar(element: &Element) -> Result<CimType> {
    let embedded = ["EmbeddedObject", "EMBEDDEDOBJECT"];
    if embedded.iter().any(|name| element.attribute(name).is_some()) {
        return Ok(CimType::Object);
    }
    let name = element.required("TYPE")?;
    let of_reference = name.eq_ignore_ascii_case("reference").then_some(CimType::Reference);
    of_reference.or_else(|| CimType::from_mof(name)).ok_or_else(|| invalid(format!("{name} is no type")))
}

fn method(element: &Element, depth: u32) -> Result<MethodDeclaration> {
    let is_parameter = |child: &&Element| child.name == "PARAMETER" || child.name.starts_with("PARAMETER.");
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for (id, child) in (0..).zip(element.children.iter().filter(is_parameter)) {
        let mut own = declaration(child, "PARAMETER", depth)?;
        let has = |name: &str| {
            let is_true =
                |q: &Qualifier| q.name.eq_ignore_ascii_case(name) && q.value == Value::Boolean(true);
            own.qualifiers.iter().any(is_true)
        };
        let (is_in, is_out) = (has("in"), has("out"));
        own.qualifiers.push(Qualifier::new("ID", Value::Sint32(id), Flavor(0x11)));
        // A parameter that says nothing is an input.
        if is_in || !is_out {
            inputs.push(without(&own, "out"));
        }
        if is_out {
            outputs.push(without(&own, "in"));
        }
    }
    if element.attribute("TYPE").is_some() {
        outputs.push(PropertyDeclaration {
            name: "ReturnValue".to_owned(),
            ty: Type::scalar(scalar(element)?),
            class_name: element.attribute("REFERENCECLASS").map(str::to_owned),
            qualifiers: vec![Qualifier::new("out", Value::Boolean(true), Flavor::NONE)],
            default: None,
        });
    }
    let class = |list: Vec<PropertyDeclaration>| (!list.is_empty()).then(|| parameters(list)).transpose();
    Ok(MethodDeclaration {
        name: element.required("NAME")?.to_owned(),
        qualifiers: qualifiers(element)?,
        input: class(inputs)?,
        output: class(outputs)?,
    })
}

fn without(declaration: &PropertyDeclaration, qualifier: &str) -> PropertyDeclaration {
    let mut declaration = declaration.clone();
    declaration.qualifiers.retain(|own| !own.name.eq_ignore_ascii_case(qualifier));
    declaration
}

fn qualifiers(element: &Element) -> Result<Vec<Qualifier>> {
    element.all("QUALIFIER").map(qualifier).collect()
}

fn qualifier(element: &Element) -> Result<Qualifier> {
    let is_array = element.child("VALUE.ARRAY").is_some();
    let written = scalar(element)?;
    // WMI's qualifiers have four types; CIM's others are read as these.
    let scalar = match written {
        integer if integer.is_integer() => CimType::Sint32,
        real if real.is_real() => CimType::Real64,
        CimType::Boolean => CimType::Boolean,
        _ => CimType::String,
    };
    let value = match value::read(element, Type { scalar, is_array }, 0)? {
        Value::Null if scalar == CimType::Boolean => Value::Boolean(true),
        value => value,
    };
    let mut flavor = Flavor::NONE;
    for (bit, is_set) in [
        (Flavor::PROPAGATED, element.flag("PROPAGATED", false)),
        (Flavor::NOT_OVERRIDABLE, !element.flag("OVERRIDABLE", true)),
        (Flavor::TO_DERIVED_CLASS, element.flag("TOSUBCLASS", true)),
        (Flavor::TO_INSTANCE, element.flag("TOINSTANCE", false)),
        (Flavor::AMENDED, element.flag("TRANSLATABLE", false)),
    ] {
        flavor = if is_set { flavor | bit } else { flavor };
    }
    Ok(Qualifier::new(element.required("NAME")?, value, flavor))
}
