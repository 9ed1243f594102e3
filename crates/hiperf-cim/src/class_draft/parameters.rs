//! The parameters of a method that is put into a draft.

use std::sync::Arc;

use super::declarations::property;
use crate::{
    Class, Error, Flavor, Property, PropertyDeclaration, Qualifier, Result, Status, Value, parameters,
};

/// The class of the input parameters and that of the output parameters.
type Signatures = (Option<Arc<Class>>, Option<Arc<Class>>);

/// The two `__PARAMETERS` classes of a method whose parameters are the
/// properties of these classes.
///
/// # Errors
/// Those of [`ClassDraft::put_method`](super::ClassDraft::put_method).
pub(super) fn of_method(input: Option<&Class>, output: Option<&Class>) -> Result<Signatures> {
    let (inputs, outputs) = (list(input), list(output));
    check(&inputs, &outputs)?;
    Ok((class(&inputs, "in")?, class(&outputs, "out")?))
}

fn list(class: Option<&Class>) -> Vec<&Property> {
    class.map_or(Vec::new(), |class| class.properties().iter().collect())
}

fn is_return_value(parameter: &Property) -> bool {
    parameter.name().eq_ignore_ascii_case("ReturnValue")
}

fn check(inputs: &[&Property], outputs: &[&Property]) -> Result<()> {
    if inputs.iter().any(|input| is_return_value(input)) {
        let message = "ReturnValue is no input parameter";
        return Err(Error::new(Status::WBEM_E_INVALID_METHOD_PARAMETERS, message));
    }
    let mut ids = inputs.iter().map(|input| id(input)).collect::<Result<Vec<_>>>()?;
    for output in outputs {
        if is_return_value(output) {
            if output.qualifiers().get("ID").is_some() {
                let message = "the return value has an ID, which only parameters have";
                return Err(Error::new(Status::WBEM_E_PARAMETER_ID_ON_RETVAL, message));
            }
            continue;
        }
        let own = id(output)?;
        match inputs.iter().find(|input| input.name().eq_ignore_ascii_case(output.name())) {
            Some(input) if input.ty() != output.ty() || !same_qualifiers(input, output) => {
                let message = format!("parameter {} differs between input and output", output.name());
                return Err(Error::new(Status::WBEM_E_INVALID_DUPLICATE_PARAMETER, message));
            }
            Some(_) => {}
            None => ids.push(own),
        }
    }
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("two parameters have the ID {}", pair[0]);
        return Err(Error::new(Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS, message));
    }
    if ids.iter().zip(0..).any(|(id, expected)| *id != expected) {
        let message = "the IDs of the parameters don't count from 0 without a gap";
        return Err(Error::new(Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS, message));
    }
    Ok(())
}

/// Whether a parameter that is both says the same in each list, but for the
/// direction.
fn same_qualifiers(input: &Property, output: &Property) -> bool {
    let others = |parameter: &Property| -> Vec<Qualifier> {
        let is_direction = |name: &str| ["in", "out"].iter().any(|word| name.eq_ignore_ascii_case(word));
        parameter.qualifiers().iter().filter(|own| !is_direction(&own.name)).cloned().collect()
    };
    let (input, output) = (others(input), others(output));
    let has = |list: &[Qualifier], wanted: &Qualifier| {
        list.iter().any(|own| own.name.eq_ignore_ascii_case(&wanted.name) && own.value == wanted.value)
    };
    input.len() == output.len() && input.iter().all(|own| has(&output, own))
}

fn id(parameter: &Property) -> Result<i32> {
    match parameter.qualifiers().value("ID") {
        Some(Value::Sint32(id)) if *id >= 0 => Ok(*id),
        Some(_) => {
            let message = format!("the ID of parameter {} is no number from 0 on", parameter.name());
            Err(Error::new(Status::WBEM_E_INVALID_PARAMETER_ID, message))
        }
        None => {
            let message = format!("parameter {} has no ID", parameter.name());
            Err(Error::new(Status::WBEM_E_MISSING_PARAMETER_ID, message))
        }
    }
}

/// The class of these parameters, each with its direction; `None` without any.
fn class(list: &[&Property], direction: &str) -> Result<Option<Arc<Class>>> {
    if list.is_empty() {
        return Ok(None);
    }
    parameters(list.iter().map(|parameter| declaration(parameter, direction))).map(Some)
}

fn declaration(parameter: &Property, direction: &str) -> PropertyDeclaration {
    let mut declaration = property(parameter);
    if parameter.qualifiers().get(direction).is_none() {
        declaration.qualifiers.push(Qualifier::new(direction, Value::Boolean(true), Flavor::NONE));
    }
    declaration
}
