//! [`PathLevel`]: how much of its path an object is written with.
//!
//! ```text
//! VALUE.NAMEDOBJECT         = CLASS | INSTANCENAME INSTANCE ;
//! VALUE.OBJECTWITHLOCALPATH = LOCALCLASSPATH CLASS | LOCALINSTANCEPATH INSTANCE ;
//! VALUE.OBJECTWITHPATH      = CLASSPATH CLASS | INSTANCEPATH INSTANCE ;
//! ```
//! Source: DSP0201 and the Microsoft page "Representing Objects in XML", whose
//! context value `PathLevel` this is.

use super::element::Element;
use super::reference;
use crate::path::ObjectPath;
use crate::{CimType, Class, Decoration, Error, Result, Status};

/// The element that an object is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PathLevel {
    /// 0, `CLASS` or `INSTANCE`: no path.
    #[default]
    Bare,
    /// 1, `VALUE.NAMEDOBJECT`: its name.
    Name,
    /// 2, `VALUE.OBJECTWITHLOCALPATH`: its namespace as well.
    LocalPath,
    /// 3, `VALUE.OBJECTWITHPATH`: its server as well.
    Path,
}

impl PathLevel {
    /// The level of a number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<PathLevel> {
        let all = [PathLevel::Bare, PathLevel::Name, PathLevel::LocalPath, PathLevel::Path];
        all.get(usize::try_from(number).ok()?).copied()
    }

    /// Puts an object of `class` into the element of this level.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`: it has no path, because a key is NULL.
    /// * `WBEM_E_NONDECORATED_OBJECT`: it belongs to no namespace.
    /// * `WBEM_E_INVALID_OBJECT_PATH`: its path is too long.
    pub(super) fn wrap(
        self,
        object: Element,
        class: &Class,
        relpath: Option<String>,
        decoration: Option<&Decoration>,
    ) -> Result<Element> {
        let name = match self {
            PathLevel::Bare => return Ok(object),
            PathLevel::Name => "VALUE.NAMEDOBJECT",
            PathLevel::LocalPath => "VALUE.OBJECTWITHLOCALPATH",
            PathLevel::Path => "VALUE.OBJECTWITHPATH",
        };
        let Some(relpath) = relpath else {
            let message = format!("the {} has no path: it lacks a key", class.name());
            return Err(Error::new(Status::WBEM_E_INVALID_OBJECT, message));
        };
        let mut path = ObjectPath::parse(&relpath)?;
        if self != PathLevel::Name {
            let Some(decoration) = decoration else {
                let message = format!("the object {relpath} belongs to no namespace");
                return Err(Error::new(Status::WBEM_E_NONDECORATED_OBJECT, message));
            };
            path.namespace = Some(decoration.namespace.clone());
            path.server = (self == PathLevel::Path).then(|| decoration.server.clone());
        }
        let mut children = Vec::new();
        // A class has its name in its own element.
        if self != PathLevel::Name || !path.is_class() {
            let mut written = reference::write(&path)?;
            bind_references(&mut written, class)?;
            children.push(written);
        }
        children.push(object);
        Ok(Element::new(name).with_children(children))
    }
}

/// Makes references of the keys that are some.
fn bind_references(path: &mut Element, class: &Class) -> Result<()> {
    if path.name != "INSTANCENAME" {
        return path.children.iter_mut().try_for_each(|child| bind_references(child, class));
    }
    for binding in &mut path.children {
        let property = binding.attribute("NAME").and_then(|name| class.property(name));
        let is_reference = property.is_some_and(|property| property.ty().scalar == CimType::Reference);
        if let Some(key) = binding.children.first_mut().filter(|_| is_reference) {
            let to = ObjectPath::parse(&key.text)?;
            *key = Element::new("VALUE.REFERENCE").with_children([reference::write(&to)?]);
        }
    }
    Ok(())
}

/// The object in an element of any level, and the path beside it.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: what should be a path is none.
pub(super) fn unwrap(element: &Element) -> Result<(&Element, Option<ObjectPath>)> {
    let wraps =
        ["VALUE.NAMEDOBJECT", "VALUE.NAMEDINSTANCE", "VALUE.OBJECTWITHLOCALPATH", "VALUE.OBJECTWITHPATH"];
    match element.children.as_slice() {
        _ if !wraps.contains(&&*element.name) => Ok((element, None)),
        [object] => Ok((object, None)),
        [path, object] => Ok((object, Some(reference::read_path(path)?))),
        _ => Err(super::invalid(format!("{} holds a path and an object", element.name))),
    }
}
