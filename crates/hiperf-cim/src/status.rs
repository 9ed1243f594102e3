//! WBEM status codes: what every call of WMI returns.
//!
//! A [`Status`] is a 32-bit HRESULT with the names of `wbemcli.h`. Codes that
//! have no name here are kept as they are, so that a provider's own code
//! travels through hiperf unchanged.
//!
//! Source: `tag_WBEMSTATUS` and `tag_WBEM_EXTRA_RETURN_CODES` of the public
//! domain `wbemcli.h`, and \[MS-WMI\] section 2.2.11.

use std::fmt;

/// A WBEM (or COM) status code. Bit 31 set means failure.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Status(pub u32);

macro_rules! statuses {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        impl Status {
            $(#[doc = concat!("`", stringify!($name), "` (", stringify!($code), "): ", $meaning, ".")]
            pub const $name: Status = Status($code);)*

            /// The constant's name in the specification, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// What the code means, in a few words, if it has a name.
            #[must_use]
            pub const fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($meaning),)*
                    _ => None,
                }
            }
        }
    };
}

statuses! {
    WBEM_S_NO_ERROR = 0x0000_0000, "the operation was successful";
    WBEM_S_FALSE = 0x0000_0001, "no more or nothing to return";
    WBEM_S_ALREADY_EXISTS = 0x0004_0001, "the object already exists";
    WBEM_S_RESET_TO_DEFAULT = 0x0004_0002, "an overridden property was reset to its default";
    WBEM_S_DIFFERENT = 0x0004_0003, "the objects compared are different";
    WBEM_S_TIMEDOUT = 0x0004_0004, "the call timed out before all was returned";
    WBEM_S_NO_MORE_DATA = 0x0004_0005, "no more data is available";
    WBEM_S_OPERATION_CANCELLED = 0x0004_0006, "the operation was cancelled";
    WBEM_S_PENDING = 0x0004_0007, "the operation is still in progress";
    WBEM_S_DUPLICATE_OBJECTS = 0x0004_0008, "the same object was returned more than once";
    WBEM_S_ACCESS_DENIED = 0x0004_0009, "part of the data was denied to the caller";
    WBEM_S_PARTIAL_RESULTS = 0x0004_0010, "some objects could not be brought up to date";
    WBEM_S_SOURCE_NOT_AVAILABLE = 0x0004_0017, "the source of the data is not available";
    WBEM_E_FAILED = 0x8004_1001, "the call failed";
    WBEM_E_NOT_FOUND = 0x8004_1002, "the object could not be found";
    WBEM_E_ACCESS_DENIED = 0x8004_1003, "the caller has no permission for this";
    WBEM_E_PROVIDER_FAILURE = 0x8004_1004, "the provider failed";
    WBEM_E_TYPE_MISMATCH = 0x8004_1005, "the value has the wrong type";
    WBEM_E_OUT_OF_MEMORY = 0x8004_1006, "not enough memory";
    WBEM_E_INVALID_CONTEXT = 0x8004_1007, "the context object is not valid";
    WBEM_E_INVALID_PARAMETER = 0x8004_1008, "one of the parameters is not valid";
    WBEM_E_NOT_AVAILABLE = 0x8004_1009, "the resource is not available";
    WBEM_E_CRITICAL_ERROR = 0x8004_100A, "an internal, critical error occurred";
    WBEM_E_INVALID_STREAM = 0x8004_100B, "a network packet is damaged";
    WBEM_E_NOT_SUPPORTED = 0x8004_100C, "the feature or operation is not supported";
    WBEM_E_INVALID_SUPERCLASS = 0x8004_100D, "the parent class is not valid";
    WBEM_E_INVALID_NAMESPACE = 0x8004_100E, "the namespace could not be found";
    WBEM_E_INVALID_OBJECT = 0x8004_100F, "the object is incomplete or not valid";
    WBEM_E_INVALID_CLASS = 0x8004_1010, "the class is not valid or not known";
    WBEM_E_PROVIDER_NOT_FOUND = 0x8004_1011, "the class names a provider that is not registered";
    WBEM_E_INVALID_PROVIDER_REGISTRATION = 0x8004_1012, "the provider's registration is damaged";
    WBEM_E_PROVIDER_LOAD_FAILURE = 0x8004_1013, "the provider could not be loaded";
    WBEM_E_INITIALIZATION_FAILURE = 0x8004_1014, "a component failed to initialise";
    WBEM_E_TRANSPORT_FAILURE = 0x8004_1015, "the connection failed";
    WBEM_E_INVALID_OPERATION = 0x8004_1016, "the operation is not valid here";
    WBEM_E_INVALID_QUERY = 0x8004_1017, "the query is not valid";
    WBEM_E_INVALID_QUERY_TYPE = 0x8004_1018, "the query language is not supported";
    WBEM_E_ALREADY_EXISTS = 0x8004_1019, "the object already exists";
    WBEM_E_OVERRIDE_NOT_ALLOWED = 0x8004_101A, "the qualifier may not be overridden";
    WBEM_E_PROPAGATED_QUALIFIER = 0x8004_101B, "an inherited qualifier can't be deleted here";
    WBEM_E_PROPAGATED_PROPERTY = 0x8004_101C, "an inherited property can't be changed here";
    WBEM_E_UNEXPECTED = 0x8004_101D, "the call came at an unexpected time";
    WBEM_E_ILLEGAL_OPERATION = 0x8004_101E, "the operation is illegal here";
    WBEM_E_CANNOT_BE_KEY = 0x8004_101F, "the property can't be a key";
    WBEM_E_INCOMPLETE_CLASS = 0x8004_1020, "the class lacks a name or a part";
    WBEM_E_INVALID_SYNTAX = 0x8004_1021, "the text is not valid";
    WBEM_E_NONDECORATED_OBJECT = 0x8004_1022, "the object belongs to no namespace";
    WBEM_E_READ_ONLY = 0x8004_1023, "the property can't be written";
    WBEM_E_PROVIDER_NOT_CAPABLE = 0x8004_1024, "the provider does not do this";
    WBEM_E_CLASS_HAS_CHILDREN = 0x8004_1025, "the class has derived classes";
    WBEM_E_CLASS_HAS_INSTANCES = 0x8004_1026, "the class has instances";
    WBEM_E_QUERY_NOT_IMPLEMENTED = 0x8004_1027, "the query is not implemented";
    WBEM_E_ILLEGAL_NULL = 0x8004_1028, "the property may not be NULL";
    WBEM_E_INVALID_QUALIFIER_TYPE = 0x8004_1029, "the qualifier has the wrong type";
    WBEM_E_INVALID_PROPERTY_TYPE = 0x8004_102A, "the property has the wrong type";
    WBEM_E_VALUE_OUT_OF_RANGE = 0x8004_102B, "the value is out of range";
    WBEM_E_CANNOT_BE_SINGLETON = 0x8004_102C, "the class can't be a singleton";
    WBEM_E_INVALID_CIM_TYPE = 0x8004_102D, "the CIM type is not valid";
    WBEM_E_INVALID_METHOD = 0x8004_102E, "the method is not valid";
    WBEM_E_INVALID_METHOD_PARAMETERS = 0x8004_102F, "the method's parameters are not valid";
    WBEM_E_SYSTEM_PROPERTY = 0x8004_1030, "a system property can't be changed";
    WBEM_E_INVALID_PROPERTY = 0x8004_1031, "the property is not valid or not known";
    WBEM_E_CALL_CANCELLED = 0x8004_1032, "the call was cancelled";
    WBEM_E_SHUTTING_DOWN = 0x8004_1033, "the service is shutting down";
    WBEM_E_PROPAGATED_METHOD = 0x8004_1034, "an inherited method can't be changed here";
    WBEM_E_UNSUPPORTED_PARAMETER = 0x8004_1035, "a parameter is not supported";
    WBEM_E_MISSING_PARAMETER_ID = 0x8004_1036, "a method parameter has no ID";
    WBEM_E_INVALID_PARAMETER_ID = 0x8004_1037, "the ID of a method parameter is not valid";
    WBEM_E_NONCONSECUTIVE_PARAMETER_IDS = 0x8004_1038, "the IDs of a method's parameters are not consecutive";
    WBEM_E_PARAMETER_ID_ON_RETVAL = 0x8004_1039, "the return value of a method has an ID";
    WBEM_E_INVALID_QUALIFIER = 0x8004_1042, "the qualifier is not valid";
    WBEM_E_INVALID_OBJECT_PATH = 0x8004_103A, "the object path is not valid";
    WBEM_E_BUFFER_TOO_SMALL = 0x8004_103C, "the buffer is too small";
    WBEM_E_UNKNOWN_OBJECT_TYPE = 0x8004_103E, "the object's type is unknown";
    WBEM_E_INVALID_DUPLICATE_PARAMETER = 0x8004_1043, "an [in, out] parameter differs between input and output";
    WBEM_E_INVALID_FLAVOR = 0x8004_1046, "the qualifier flavor is not valid";
    WBEM_E_CIRCULAR_REFERENCE = 0x8004_1047, "the reference leads back to itself";
    WBEM_E_CANNOT_CHANGE_KEY_INHERITANCE = 0x8004_1049, "a key can't be added to or taken from a derived class";
    WBEM_E_TOO_MANY_PROPERTIES = 0x8004_1051, "the class has too many properties";
    WBEM_E_UPDATE_TYPE_MISMATCH = 0x8004_1052, "the update changes a type in use";
    WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED = 0x8004_1053, "a derived class overrides a qualifier that the update fixes";
    WBEM_E_UPDATE_PROPAGATED_METHOD = 0x8004_1054, "a derived class has the method with other parameters";
    WBEM_E_METHOD_NOT_IMPLEMENTED = 0x8004_1055, "the method is not implemented";
    WBEM_E_METHOD_DISABLED = 0x8004_1056, "the method is disabled";
    WBEM_E_REFRESHER_BUSY = 0x8004_1057, "another call is using the refresher";
    WBEM_E_UNPARSABLE_QUERY = 0x8004_1058, "the query can't be parsed";
    WBEM_E_NOT_EVENT_CLASS = 0x8004_1059, "the class is not an event class";
    WBEM_E_MISSING_GROUP_WITHIN = 0x8004_105A, "GROUP has no WITHIN";
    WBEM_E_MISSING_AGGREGATION_LIST = 0x8004_105B, "BY has no list of properties";
    WBEM_E_PROPERTY_NOT_AN_OBJECT = 0x8004_105C, "a property with members named is not an embedded object";
    WBEM_E_AGGREGATING_BY_OBJECT = 0x8004_105D, "BY names an embedded object, not a member of it";
    WBEM_E_LOCAL_CREDENTIALS = 0x8004_1064, "a local connection takes no user credentials";
    WBEM_E_CANNOT_BE_ABSTRACT = 0x8004_1065, "the class can't be abstract";
    WBEM_E_AMENDED_OBJECT = 0x8004_1066, "an object with texts of a locale is put as it is";
    WBEM_E_QUOTA_VIOLATION = 0x8004_106C, "a limit was exceeded";
    WBEM_E_HANDLE_OUT_OF_DATE = 0x8004_1070, "the handle is out of date";
    WBEM_E_CONNECTION_FAILED = 0x8004_1071, "the connection could not be made";
    WBEM_E_INVALID_HANDLE_REQUEST = 0x8004_1072, "the property handle belongs to another class";
    WBEM_E_PROPERTY_NAME_TOO_WIDE = 0x8004_1073, "the property name is too long";
    WBEM_E_CLASS_NAME_TOO_WIDE = 0x8004_1074, "the class name is too long";
    WBEM_E_METHOD_NAME_TOO_WIDE = 0x8004_1075, "the method name is too long";
    WBEM_E_QUALIFIER_NAME_TOO_WIDE = 0x8004_1076, "the qualifier name is too long";
    WBEM_E_PROVIDER_SUSPENDED = 0x8004_1081, "the provider is suspended";
    WBEM_E_PROVIDER_TIMED_OUT = 0x8004_1088, "the provider did not answer in time";
    WBEM_E_NO_KEY = 0x8004_1089, "the class has no key";
    WBEM_E_PROVIDER_DISABLED = 0x8004_108A, "the provider is disabled";
    WBEMESS_E_REGISTRATION_TOO_BROAD = 0x8004_2001, "the event query asks for more than the provider delivers";
    WBEMESS_E_REGISTRATION_TOO_PRECISE = 0x8004_2002, "the events have no provider, and the query has no WITHIN";
    E_NOTIMPL = 0x8000_4001, "not implemented";
    E_NOINTERFACE = 0x8000_4002, "the object does not have this interface";
    E_POINTER = 0x8000_4003, "a pointer is NULL";
    E_FAIL = 0x8000_4005, "an unspecified failure";
    E_UNEXPECTED = 0x8000_FFFF, "an unexpected failure";
    E_ACCESSDENIED = 0x8007_0005, "access is denied";
    E_OUTOFMEMORY = 0x8007_000E, "not enough memory";
    E_INVALIDARG = 0x8007_0057, "an argument is not valid";
    DISP_E_TYPEMISMATCH = 0x8002_0005, "the value can't be converted to this type";
    DISP_E_BADVARTYPE = 0x8002_0008, "the variant's type is not valid";
    DISP_E_OVERFLOW = 0x8002_000A, "the value is out of range";
    DISP_E_BADINDEX = 0x8002_000B, "the index is out of bounds";
    CLASS_E_NOAGGREGATION = 0x8004_0110, "the class does not aggregate";
    CLASS_E_CLASSNOTAVAILABLE = 0x8004_0111, "the library does not have this class";
    REGDB_E_CLASSNOTREG = 0x8004_0154, "the class is not registered";
    CO_E_CLASSSTRING = 0x8004_01F3, "the text is not a class identifier";
    CO_E_DLLNOTFOUND = 0x8004_01F8, "the library of the class is missing or cannot be opened";
    CO_E_ERRORINDLL = 0x8004_01F9, "the library of the class has no entry point";
    RPC_E_CALL_COMPLETE = 0x8001_0117, "there is no call to speak of";
    RPC_E_DISCONNECTED = 0x8001_0108, "the object is disconnected from its clients";
}

impl Status {
    /// The status of an HRESULT as C and COM pass it.
    #[must_use]
    pub const fn from_hresult(hresult: i32) -> Status {
        Status(hresult.cast_unsigned())
    }

    /// This status as an HRESULT.
    #[must_use]
    pub const fn hresult(self) -> i32 {
        self.0.cast_signed()
    }

    /// Whether the code means failure (`FAILED(hr)` in C).
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 >= 0x8000_0000
    }

    /// Whether the same call may succeed another time: a provider that failed, or
    /// that is started again, or rights and things that come and go. A mistake in
    /// what was asked stays one. Of an unknown code nobody knows.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        !matches!(
            self,
            Status::WBEM_E_TYPE_MISMATCH
                | Status::WBEM_E_INVALID_CONTEXT
                | Status::WBEM_E_INVALID_PARAMETER
                | Status::WBEM_E_NOT_SUPPORTED
                | Status::WBEM_E_INVALID_SUPERCLASS
                | Status::WBEM_E_INVALID_NAMESPACE
                | Status::WBEM_E_INVALID_OBJECT
                | Status::WBEM_E_INVALID_CLASS
                | Status::WBEM_E_PROVIDER_NOT_FOUND
                | Status::WBEM_E_INVALID_PROVIDER_REGISTRATION
                | Status::WBEM_E_INVALID_OPERATION
                | Status::WBEM_E_INVALID_QUERY
                | Status::WBEM_E_INVALID_QUERY_TYPE
                | Status::WBEM_E_UNPARSABLE_QUERY
                | Status::WBEM_E_NOT_EVENT_CLASS
                | Status::WBEM_E_MISSING_GROUP_WITHIN
                | Status::WBEM_E_MISSING_AGGREGATION_LIST
                | Status::WBEM_E_PROPERTY_NOT_AN_OBJECT
                | Status::WBEM_E_AGGREGATING_BY_OBJECT
                | Status::WBEM_E_ILLEGAL_OPERATION
                | Status::WBEM_E_INVALID_PROPERTY
                | Status::WBEM_E_INVALID_OBJECT_PATH
                | Status::WBEM_E_PROVIDER_NOT_CAPABLE
                | Status::WBEM_E_PROVIDER_DISABLED
                | Status::WBEM_E_CIRCULAR_REFERENCE
                | Status::WBEM_E_INVALID_HANDLE_REQUEST
                | Status::E_NOTIMPL
                | Status::E_NOINTERFACE
                | Status::E_POINTER
                | Status::E_INVALIDARG
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:08X})", self.0),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(Status::WBEM_E_REFRESHER_BUSY.to_string(), "WBEM_E_REFRESHER_BUSY (0x80041057)");
        assert_eq!(Status(0x8004_1fff).to_string(), "0x80041FFF");
        assert!(Status::WBEM_E_FAILED.is_error());
        assert!(!Status::WBEM_S_PARTIAL_RESULTS.is_error());
        assert!(Status::WBEM_E_PROVIDER_FAILURE.may_pass() && Status(0x8000_1234).may_pass());
        assert!(!Status::WBEM_E_INVALID_CLASS.may_pass());
        assert_eq!(Status::from_hresult(Status::WBEM_E_FAILED.hresult()), Status::WBEM_E_FAILED);
    }
}
