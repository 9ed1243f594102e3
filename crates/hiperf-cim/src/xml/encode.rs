//! From objects to elements.

use super::element::Element;
use super::{Dialect, Options, form, value};
use crate::mof::method_parameters;
use crate::{
    CimType, Class, Decoration, Error, Flavor, Instance, Method, Property, Qualifier, QualifierSet, Result,
    SYSTEM_PROPERTIES, Status, Type, Value,
};

/// `CLASS`
pub(super) fn class(class: &Class, decoration: Option<&Decoration>, options: Options) -> Result<Element> {
    let mut element = Element::new("CLASS").with("NAME", class.name());
    if let Some(parent) = class.superclass_name() {
        element = element.with("SUPERCLASS", parent);
    }
    element.children.extend(qualifiers(class.qualifiers(), options)?);
    let system_value = |name: &str| match (name, decoration) {
        ("__SERVER", Some(from)) => Some(Value::String(from.server.clone())),
        ("__NAMESPACE", Some(from)) => Some(Value::String(from.namespace.clone())),
        ("__PATH", Some(Decoration { server, namespace })) => {
            Some(Value::String(format!("\\\\{server}\\{namespace}:{}", class.name())))
        }
        _ => class.system_value(name),
    };
    element.children.extend(system(system_value, options)?);
    let is_written = |is_local: bool| is_local || !options.local_only;
    for own in class.properties().iter().filter(|own| is_written(own.is_local())) {
        element.children.push(property(
            own,
            own.qualifiers(),
            own.default_value(),
            !own.is_local(),
            options,
        )?);
    }
    for own in class.methods().iter().filter(|own| is_written(own.is_local())) {
        element.children.push(method(own, options)?);
    }
    Ok(element)
}

/// `INSTANCE`
pub(super) fn instance(instance: &Instance, options: Options) -> Result<Element> {
    let class = instance.class();
    let mut element = Element::new("INSTANCE").with("CLASSNAME", class.name());
    element.children.extend(qualifiers(&instance.shown_qualifiers(), options)?);
    element.children.extend(system(|name| instance.system_value(name), options)?);
    for (index, own) in class.properties().iter().enumerate() {
        if options.local_only && !own.is_local() {
            continue;
        }
        let shown = instance.shown_property_qualifiers(index);
        element.children.push(property(own, &shown, &instance.value(index), false, options)?);
    }
    Ok(element)
}

/// The system properties, which WMI's dialect has like any others.
fn system(value_of: impl Fn(&str) -> Option<Value>, options: Options) -> Result<Vec<Element>> {
    if options.dialect == Dialect::Cim || !options.system_properties {
        return Ok(Vec::new());
    }
    let write = |(name, ty): (&str, Type)| {
        let element = Element::new(format!("PROPERTY{}", form(ty, options.dialect).suffix));
        let element = element.with("NAME", name).with("CLASSORIGIN", "___SYSTEM");
        let value = value::write(&value_of(name).unwrap_or(Value::Null), ty, options)?;
        Ok(element.with("TYPE", ty.scalar.mof_name()).with_children(value))
    };
    SYSTEM_PROPERTIES.into_iter().map(write).collect()
}

/// `PROPERTY` and its kin.
fn property(
    property: &Property,
    set: &QualifierSet,
    value: &Value,
    is_propagated: bool,
    options: Options,
) -> Result<Element> {
    let (ty, name) = (property.ty(), property.name());
    if ty == Type::array(CimType::Reference) && options.dialect == Dialect::Cim {
        let message = format!("property {name} is an array of references, which CIM-XML doesn't have");
        return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
    }
    let element = Element::new(format!("PROPERTY{}", form(ty, options.dialect).suffix)).with("NAME", name);
    let element = typed(element, ty, property.class_name(), options);
    let element = origin(element, property.origin(), is_propagated, options);
    Ok(element.with_children(qualifiers(set, options)?).with_children(value::write(value, ty, options)?))
}

/// The attributes that say of which type something is.
fn typed(element: Element, ty: Type, class: Option<&str>, options: Options) -> Element {
    let element = match (ty.scalar, form(ty, options.dialect).in_string) {
        (_, true) => return element.with("TYPE", "string").with("EmbeddedObject", "object"),
        (CimType::Reference | CimType::Object, false) => element,
        (scalar, false) => return element.with("TYPE", scalar.mof_name()),
    };
    match class {
        Some(class) => element.with("REFERENCECLASS", class),
        None => element,
    }
}

fn origin(element: Element, origin: &str, is_propagated: bool, options: Options) -> Element {
    let element = if options.class_origin { element.with("CLASSORIGIN", origin) } else { element };
    if is_propagated { element.with("PROPAGATED", "true") } else { element }
}

/// `METHOD`
fn method(method: &Method, options: Options) -> Result<Element> {
    let mut element = Element::new("METHOD").with("NAME", method.name());
    if let Some(result) = method.output().and_then(|output| output.property("ReturnValue")) {
        element = typed(element, result.ty(), result.class_name(), options);
        if result.ty().scalar == CimType::Reference {
            element = element.with("TYPE", "reference");
        } else if element.attribute("TYPE").is_none() {
            element = element.with("TYPE", "string").with("EmbeddedObject", "object");
        }
    }
    element = origin(element, method.origin(), !method.is_local(), options);
    element.children.extend(qualifiers(method.qualifiers(), options)?);
    for (parameter, set) in method_parameters(method) {
        let ty = parameter.ty();
        let own = Element::new(format!("PARAMETER{}", form(ty, options.dialect).suffix));
        let own = typed(own.with("NAME", parameter.name()), ty, parameter.class_name(), options);
        element.children.push(own.with_children(qualifiers(&set, options)?));
    }
    Ok(element)
}

/// `QUALIFIER`s. The type and the ID are told by other means.
fn qualifiers(set: &QualifierSet, options: Options) -> Result<Vec<Element>> {
    let is_written = |qualifier: &&Qualifier| {
        options.qualifiers
            && !["CIMTYPE", "ID"].iter().any(|made| qualifier.name.eq_ignore_ascii_case(made))
            && !(options.local_only && qualifier.flavor.contains(Flavor::PROPAGATED))
    };
    set.iter().filter(is_written).map(|written| qualifier(written, options)).collect()
}

fn qualifier(qualifier: &Qualifier, options: Options) -> Result<Element> {
    let Some(ty) = qualifier.value.type_of() else {
        let message = format!("qualifier {} is NULL", qualifier.name);
        return Err(Error::new(Status::WBEM_E_INVALID_QUALIFIER_TYPE, message));
    };
    let mut element =
        Element::new("QUALIFIER").with("NAME", &*qualifier.name).with("TYPE", ty.scalar.mof_name());
    // Those that differ from what DSP0201 takes for granted.
    for (attribute, value, is_different) in [
        ("PROPAGATED", "true", qualifier.flavor.contains(Flavor::PROPAGATED)),
        ("OVERRIDABLE", "false", qualifier.flavor.contains(Flavor::NOT_OVERRIDABLE)),
        ("TOSUBCLASS", "false", !qualifier.flavor.contains(Flavor::TO_DERIVED_CLASS)),
        ("TOINSTANCE", "true", qualifier.flavor.contains(Flavor::TO_INSTANCE)),
        ("TRANSLATABLE", "true", qualifier.flavor.contains(Flavor::AMENDED)),
    ] {
        if is_different {
            element = element.with(attribute, value);
        }
    }
    Ok(element.with_children(value::write(&qualifier.value, ty, options)?))
}
