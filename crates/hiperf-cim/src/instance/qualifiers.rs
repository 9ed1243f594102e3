//! The qualifiers that an instance has of its own, besides those that it shows
//! of its class: an extension of WMI's to the CIM.

use super::Instance;
use crate::{Error, Flavor, Qualifier, QualifierSet, Result, Status};

/// The qualifiers of an instance.
#[derive(Clone, Debug, Default)]
pub(super) struct InstanceQualifiers {
    own: QualifierSet,
    /// One set a property, or none at all.
    of_properties: Vec<QualifierSet>,
}

static NONE: QualifierSet = QualifierSet::new();

impl Instance {
    /// The instance's own qualifiers; what it shows of its class is
    /// [`QualifierSet::for_instance`] of the class's.
    #[must_use]
    pub fn qualifiers(&self) -> &QualifierSet {
        self.qualifiers.as_ref().map_or(&NONE, |qualifiers| &qualifiers.own)
    }

    /// The instance's own qualifiers of the property at `index` of
    /// [`Class::properties`](crate::Class::properties).
    #[must_use]
    pub fn property_qualifiers(&self, index: usize) -> &QualifierSet {
        self.qualifiers.as_ref().and_then(|qualifiers| qualifiers.of_properties.get(index)).unwrap_or(&NONE)
    }

    /// The qualifiers that the instance shows: what its class passes on, and
    /// over it its own.
    #[must_use]
    pub fn shown_qualifiers(&self) -> QualifierSet {
        shown(self.class.qualifiers(), self.qualifiers())
    }

    /// The same for the property at `index`; none if there is no such property.
    #[must_use]
    pub fn shown_property_qualifiers(&self, index: usize) -> QualifierSet {
        let of_class = self.class.properties().get(index).map_or(&NONE, |property| property.qualifiers());
        shown(of_class, self.property_qualifiers(index))
    }

    /// Whether some property has a qualifier of the instance's own.
    pub(crate) fn has_property_qualifiers(&self) -> bool {
        let sets = self.qualifiers.iter().flat_map(|qualifiers| &qualifiers.of_properties);
        sets.into_iter().any(|set| !set.is_empty())
    }

    /// Gives the instance a qualifier of its own.
    ///
    /// # Errors
    /// * `WBEM_E_OVERRIDE_NOT_ALLOWED`: the class shows one of this name with
    ///   another value, and doesn't let it be overridden.
    /// * `WBEM_E_CANNOT_BE_KEY`: the class says what its keys are.
    /// * those of [`QualifierSet::put`].
    pub fn put_qualifier(&mut self, qualifier: Qualifier) -> Result<()> {
        if is_there(self.class.qualifiers(), &qualifier)? {
            return Ok(());
        }
        self.qualifiers.get_or_insert_default().own.put(qualifier)
    }

    /// Gives the property at `index` of
    /// [`Class::properties`](crate::Class::properties) a qualifier that it has
    /// in this instance only.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is no such property.
    /// * those of [`Instance::put_qualifier`].
    pub fn put_property_qualifier(&mut self, index: usize, qualifier: Qualifier) -> Result<()> {
        let properties = self.class.properties();
        let Some(property) = properties.get(index) else {
            let message = format!("class {} has no property number {index}", self.class.name());
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
        };
        if is_there(property.qualifiers(), &qualifier)? {
            return Ok(());
        }
        let count = properties.len();
        let sets = &mut self.qualifiers.get_or_insert_default().of_properties;
        sets.resize(count, QualifierSet::new());
        sets[index].put(qualifier)
    }

    /// Takes a qualifier of its own from the instance, and says whether it had
    /// one of this name.
    pub fn remove_qualifier(&mut self, name: &str) -> bool {
        self.qualifiers.as_mut().is_some_and(|qualifiers| qualifiers.own.remove(name))
    }

    /// The same for one of the property at `index`.
    pub fn remove_property_qualifier(&mut self, index: usize, name: &str) -> bool {
        let sets = self.qualifiers.as_mut().map(|qualifiers| &mut qualifiers.of_properties);
        sets.and_then(|sets| sets.get_mut(index)).is_some_and(|set| set.remove(name))
    }

    /// Takes away what is amended of its own qualifiers.
    pub fn drop_amended(&mut self) {
        let Some(qualifiers) = &mut self.qualifiers else { return };
        for set in qualifiers.of_properties.iter_mut().chain([&mut qualifiers.own]) {
            set.retain(|qualifier| !qualifier.flavor.contains(Flavor::AMENDED));
        }
    }

    /// Takes the qualifiers that came with the instance.
    pub(crate) fn set_decoded_qualifiers(
        &mut self,
        own: QualifierSet,
        of_properties: Vec<(usize, QualifierSet)>,
    ) {
        if own.is_empty() && of_properties.iter().all(|(_, set)| set.is_empty()) {
            self.qualifiers = None;
            return;
        }
        let mut sets = vec![QualifierSet::new(); of_properties.len()];
        for (index, set) in of_properties {
            sets[index] = set;
        }
        self.qualifiers = Some(Box::new(InstanceQualifiers { own, of_properties: sets }));
    }
}

fn shown(of_class: &QualifierSet, own: &QualifierSet) -> QualifierSet {
    let mut set = of_class.for_instance();
    for qualifier in own {
        // Refused is only what the class fixes, and an instance has none such.
        let _fixed_by_the_class = set.put(qualifier.clone());
    }
    set
}

/// Whether the class shows `qualifier` as it is and keeps it that way.
fn is_there(of_class: &QualifierSet, qualifier: &Qualifier) -> Result<bool> {
    let fixed = Flavor::TO_INSTANCE | Flavor::NOT_OVERRIDABLE;
    match of_class.get(&qualifier.name).filter(|known| known.flavor.contains(fixed)) {
        None if qualifier.name.eq_ignore_ascii_case("key") => {
            let message = "an instance can't choose its keys, which are its class's";
            Err(Error::new(Status::WBEM_E_CANNOT_BE_KEY, message))
        }
        None => Ok(false),
        Some(known) if known.value == qualifier.value => Ok(true),
        Some(known) => {
            let message = format!("qualifier {} can't be overridden by an instance", known.name);
            Err(Error::new(Status::WBEM_E_OVERRIDE_NOT_ALLOWED, message))
        }
    }
}
