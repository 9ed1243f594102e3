//! IWbemContext: named values that travel with a call.

use crate::{Class, IUnknown, RawBstr, SafeArray, Status, Variant, interface};

interface! {
    /// Named values from a client to a provider.
    pub interface IWbemContext [IWbemContextVtbl, IWbemContext_Impl]: IUnknown [Class] =
        "44ACA674-E8FC-11D0-A07C-00C04FB68820" {
        /// A copy of the object and its values.
        fn Clone(ppNewCopy: *mut *mut IWbemContext) -> Status;
        /// The names of all values.
        fn GetNames(lFlags: i32, pNames: *mut *mut SafeArray) -> Status;
        /// Starts an enumeration.
        fn BeginEnumeration(lFlags: i32) -> Status;
        /// The next value.
        fn Next(lFlags: i32, pstrName: *mut RawBstr, pValue: *mut Variant) -> Status;
        /// Ends the enumeration.
        fn EndEnumeration() -> Status;
        /// Sets a value.
        fn SetValue(wszName: *const u16, lFlags: i32, pValue: *const Variant) -> Status;
        /// A copy of a value.
        fn GetValue(wszName: *const u16, lFlags: i32, pValue: *mut Variant) -> Status;
        /// Deletes a value.
        fn DeleteValue(wszName: *const u16, lFlags: i32) -> Status;
        /// Deletes all values.
        fn DeleteAll() -> Status;
    }
}
