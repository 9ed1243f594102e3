//! The statuses that only a MOF compiler returns: `WBEMMOF_E_*`.
//!
//! They are [`Status`] values like any other; [`name`] finds the name of one
//! of these or of a WBEM status, for a person to read.
//!
//! Source: `tag_WBEMSTATUS` of the public domain `wbemcli.h`.

use crate::Status;

macro_rules! codes {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        $(#[doc = concat!("`", stringify!($name), "` (", stringify!($code), "): ", $meaning, ".")]
        pub const $name: Status = Status($code);)*

        /// The name of a `WBEMMOF_E_*` or `WBEM_*` status, if it has one.
        #[must_use]
        pub const fn name(status: Status) -> Option<&'static str> {
            match status.0 {
                $($code => Some(stringify!($name)),)*
                _ => status.name(),
            }
        }
    };
}

codes! {
    WBEMMOF_E_EXPECTED_QUALIFIER_NAME = 0x8004_4001, "a qualifier name is missing";
    WBEMMOF_E_EXPECTED_SEMI = 0x8004_4002, "a semicolon or `=` is missing";
    WBEMMOF_E_EXPECTED_OPEN_BRACE = 0x8004_4003, "an opening brace is missing";
    WBEMMOF_E_EXPECTED_CLOSE_BRACE = 0x8004_4004, "a closing brace is missing";
    WBEMMOF_E_EXPECTED_CLOSE_BRACKET = 0x8004_4005, "a closing bracket is missing";
    WBEMMOF_E_EXPECTED_CLOSE_PAREN = 0x8004_4006, "a closing parenthesis is missing";
    WBEMMOF_E_ILLEGAL_CONSTANT_VALUE = 0x8004_4007, "a constant is malformed";
    WBEMMOF_E_EXPECTED_TYPE_IDENTIFIER = 0x8004_4008, "a type is missing";
    WBEMMOF_E_EXPECTED_OPEN_PAREN = 0x8004_4009, "an opening parenthesis is missing";
    WBEMMOF_E_UNRECOGNIZED_TOKEN = 0x8004_400A, "the text at the beginning of a statement is not recognised";
    WBEMMOF_E_UNRECOGNIZED_TYPE = 0x8004_400B, "a type is not recognised";
    WBEMMOF_E_EXPECTED_PROPERTY_NAME = 0x8004_400C, "a property or method name is missing";
    WBEMMOF_E_TYPEDEF_NOT_SUPPORTED = 0x8004_400D, "type definitions are not supported";
    WBEMMOF_E_UNEXPECTED_ALIAS = 0x8004_400E, "an alias stands where none may be used";
    WBEMMOF_E_UNEXPECTED_ARRAY_INIT = 0x8004_400F, "an array is given to what is not an array";
    WBEMMOF_E_INVALID_AMENDMENT_SYNTAX = 0x8004_4010, "the amendment pragma is malformed";
    WBEMMOF_E_INVALID_DUPLICATE_AMENDMENT = 0x8004_4011, "a file has more than one amendment pragma";
    WBEMMOF_E_INVALID_PRAGMA = 0x8004_4012, "a pragma is not valid";
    WBEMMOF_E_INVALID_NAMESPACE_SYNTAX = 0x8004_4013, "the namespace pragma is malformed";
    WBEMMOF_E_EXPECTED_CLASS_NAME = 0x8004_4014, "a class name is missing";
    WBEMMOF_E_TYPE_MISMATCH = 0x8004_4015, "a value has another type than what it is given to";
    WBEMMOF_E_EXPECTED_ALIAS_NAME = 0x8004_4016, "an alias name is missing or not defined";
    WBEMMOF_E_INVALID_CLASS_DECLARATION = 0x8004_4017, "a class declaration is not valid";
    WBEMMOF_E_INVALID_INSTANCE_DECLARATION = 0x8004_4018, "an instance declaration is not valid";
    WBEMMOF_E_EXPECTED_DOLLAR = 0x8004_4019, "the `$` of an alias is missing";
    WBEMMOF_E_CIMTYPE_QUALIFIER = 0x8004_401A, "the CIMTYPE qualifier may not be written";
    WBEMMOF_E_DUPLICATE_PROPERTY = 0x8004_401B, "a property stands twice in one declaration";
    WBEMMOF_E_INVALID_NAMESPACE_SPECIFICATION = 0x8004_401C, "a namespace path is not valid";
    WBEMMOF_E_OUT_OF_RANGE = 0x8004_401D, "a number is out of its type's range";
    WBEMMOF_E_INVALID_FILE = 0x8004_401E, "the file is not valid";
    WBEMMOF_E_ALIASES_IN_EMBEDDED = 0x8004_401F, "an embedded object can't have an alias";
    WBEMMOF_E_NULL_ARRAY_ELEM = 0x8004_4020, "an element of an array is NULL";
    WBEMMOF_E_DUPLICATE_QUALIFIER = 0x8004_4021, "a qualifier stands twice in one list";
    WBEMMOF_E_EXPECTED_FLAVOR_TYPE = 0x8004_4022, "a qualifier flavor is missing or not known";
    WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES = 0x8004_4023, "two flavors contradict each other";
    WBEMMOF_E_MULTIPLE_ALIASES = 0x8004_4024, "an alias is defined twice";
    WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES2 = 0x8004_4025, "EnableOverride and DisableOverride contradict each other";
    WBEMMOF_E_NO_ARRAYS_RETURNED = 0x8004_4026, "a method can't return an array";
    WBEMMOF_E_MUST_BE_IN_OR_OUT = 0x8004_4027, "a parameter must be In or Out";
    WBEMMOF_E_INVALID_FLAGS_SYNTAX = 0x8004_4028, "the flags of a pragma are not valid";
    WBEMMOF_E_EXPECTED_BRACE_OR_BAD_TYPE = 0x8004_4029, "a value is missing or malformed";
    WBEMMOF_E_UNSUPPORTED_CIMV22_QUAL_VALUE = 0x8004_402A, "a qualifier can't have this value";
    WBEMMOF_E_UNSUPPORTED_CIMV22_DATA_TYPE = 0x8004_402B, "a qualifier can't have this type";
    WBEMMOF_E_INVALID_DELETEINSTANCE_SYNTAX = 0x8004_402C, "the deleteinstance pragma is malformed";
    WBEMMOF_E_INVALID_QUALIFIER_SYNTAX = 0x8004_402D, "a qualifier declaration is malformed";
    WBEMMOF_E_QUALIFIER_USED_OUTSIDE_SCOPE = 0x8004_402E, "a qualifier is used outside its scope";
    WBEMMOF_E_ERROR_CREATING_TEMP_FILE = 0x8004_402F, "a temporary file could not be made";
    WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE = 0x8004_4030, "an included file is not valid";
    WBEMMOF_E_INVALID_DELETECLASS_SYNTAX = 0x8004_4031, "the deleteclass pragma is malformed";
}
