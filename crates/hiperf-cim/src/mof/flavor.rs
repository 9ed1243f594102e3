//! The flavors of a qualifier as MOF writes them, and which exclude each other.
//!
//! What a flavor does to inheritance is the object model's business.
//!
//! Source: Qualifier Flavors (WMI), DSP0004 section 5.6.1.

use crate::Status;

use super::codes;

/// A set of written flavors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flavors(u16);

impl Flavors {
    /// The qualifier goes to instances.
    pub const TO_INSTANCE: Flavors = Flavors(1);
    /// The qualifier does not go to instances.
    pub const NOT_TO_INSTANCE: Flavors = Flavors(2);
    /// The qualifier goes to derived classes.
    pub const TO_SUBCLASS: Flavors = Flavors(4);
    /// The qualifier does not go to derived classes.
    pub const NOT_TO_SUBCLASS: Flavors = Flavors(8);
    /// Derived classes may give another value.
    pub const ENABLE_OVERRIDE: Flavors = Flavors(16);
    /// Derived classes may not give another value.
    pub const DISABLE_OVERRIDE: Flavors = Flavors(32);
    /// The qualifier goes nowhere.
    pub const RESTRICTED: Flavors = Flavors(64);
    /// The value belongs to a locale.
    pub const AMENDED: Flavors = Flavors(128);

    /// Every flavor with its name; the first of two names is the one to write.
    pub const NAMES: [(&'static str, Flavors); 9] = [
        ("ToInstance", Flavors::TO_INSTANCE),
        ("NotToInstance", Flavors::NOT_TO_INSTANCE),
        ("ToSubclass", Flavors::TO_SUBCLASS),
        ("NotToSubclass", Flavors::NOT_TO_SUBCLASS),
        ("EnableOverride", Flavors::ENABLE_OVERRIDE),
        ("DisableOverride", Flavors::DISABLE_OVERRIDE),
        ("Restricted", Flavors::RESTRICTED),
        ("Amended", Flavors::AMENDED),
        ("Translatable", Flavors::AMENDED),
    ];

    /// The flavor of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Flavors> {
        Flavors::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, flavor)| *flavor)
    }

    /// Whether nothing was written.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Flavors) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the two sets have a member in common.
    #[must_use]
    pub const fn meets(self, other: Flavors) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    #[must_use]
    pub const fn union(self, other: Flavors) -> Flavors {
        Flavors(self.0 | other.0)
    }

    /// Two members that contradict each other, with the status that says so.
    #[must_use]
    pub fn conflict(self) -> Option<(Status, &'static str, &'static str)> {
        const TYPES: Status = codes::WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES;
        const TYPES2: Status = codes::WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES2;
        const CONFLICTS: [(Flavors, Flavors, Status, &str, &str); 5] = [
            (Flavors::RESTRICTED, Flavors::TO_INSTANCE, TYPES, "Restricted", "ToInstance"),
            (Flavors::RESTRICTED, Flavors::TO_SUBCLASS, TYPES, "Restricted", "ToSubclass"),
            (Flavors::TO_INSTANCE, Flavors::NOT_TO_INSTANCE, TYPES, "ToInstance", "NotToInstance"),
            (Flavors::TO_SUBCLASS, Flavors::NOT_TO_SUBCLASS, TYPES, "ToSubclass", "NotToSubclass"),
            (
                Flavors::ENABLE_OVERRIDE,
                Flavors::DISABLE_OVERRIDE,
                TYPES2,
                "EnableOverride",
                "DisableOverride",
            ),
        ];
        CONFLICTS
            .into_iter()
            .find(|(a, b, ..)| self.contains(*a) && self.contains(*b))
            .map(|(_, _, status, a, b)| (status, a, b))
    }
}
