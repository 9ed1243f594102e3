//! Classes and instances: IWbemClassObject, IWbemObjectAccess, IWbemQualifierSet.

use crate::{Class, IUnknown, RawBstr, SafeArray, Status, Variant, interface};

interface! {
    /// A class definition or an instance.
    pub interface IWbemClassObject [IWbemClassObjectVtbl, IWbemClassObject_Impl]: IUnknown [Class] =
        "DC12A681-737F-11CF-884D-00AA004B2E24" {
        /// The qualifiers of the class or instance itself.
        fn GetQualifierSet(ppQualSet: *mut *mut IWbemQualifierSet) -> Status;
        /// A property's value, type and flavor; untouched on failure.
        fn Get(wszName: *const u16, lFlags: i32, pVal: *mut Variant, pType: *mut i32, plFlavor: *mut i32) -> Status;
        /// Sets a property, or defines one in a class.
        fn Put(wszName: *const u16, lFlags: i32, pVal: *const Variant, Type: i32) -> Status;
        /// Deletes a property of a class, or resets one of an instance.
        fn Delete(wszName: *const u16) -> Status;
        /// The names of the properties that meet the condition.
        fn GetNames(
            wszQualifierName: *const u16,
            lFlags: i32,
            pQualifierVal: *const Variant,
            pNames: *mut *mut SafeArray,
        ) -> Status;
        /// Starts an enumeration of the properties.
        fn BeginEnumeration(lEnumFlags: i32) -> Status;
        /// The next property of the enumeration.
        fn Next(
            lFlags: i32,
            strName: *mut RawBstr,
            pVal: *mut Variant,
            pType: *mut i32,
            plFlavor: *mut i32,
        ) -> Status;
        /// Ends the enumeration.
        fn EndEnumeration() -> Status;
        /// The qualifiers of a property.
        fn GetPropertyQualifierSet(wszProperty: *const u16, ppQualSet: *mut *mut IWbemQualifierSet) -> Status;
        /// A deep copy.
        fn Clone(ppCopy: *mut *mut IWbemClassObject) -> Status;
        /// The object as MOF text.
        fn GetObjectText(lFlags: i32, pstrObjectText: *mut RawBstr) -> Status;
        /// A new class derived from this one.
        fn SpawnDerivedClass(lFlags: i32, ppNewClass: *mut *mut IWbemClassObject) -> Status;
        /// A new instance of this class, with its defaults.
        fn SpawnInstance(lFlags: i32, ppNewInstance: *mut *mut IWbemClassObject) -> Status;
        /// Whether two objects are equal in what the flags leave.
        fn CompareTo(lFlags: i32, pCompareTo: *mut IWbemClassObject) -> Status;
        /// The class that declared the property first.
        fn GetPropertyOrigin(wszName: *const u16, pstrClassName: *mut RawBstr) -> Status;
        /// Whether the object is of this class or of one derived from it.
        fn InheritsFrom(strAncestor: *const u16) -> Status;
        /// The parameters of a method.
        fn GetMethod(
            wszName: *const u16,
            lFlags: i32,
            ppInSignature: *mut *mut IWbemClassObject,
            ppOutSignature: *mut *mut IWbemClassObject,
        ) -> Status;
        /// Defines a method.
        fn PutMethod(
            wszName: *const u16,
            lFlags: i32,
            pInSignature: *mut IWbemClassObject,
            pOutSignature: *mut IWbemClassObject,
        ) -> Status;
        /// Deletes a method.
        fn DeleteMethod(wszName: *const u16) -> Status;
        /// Starts an enumeration of the methods.
        fn BeginMethodEnumeration(lEnumFlags: i32) -> Status;
        /// The next method of the enumeration.
        fn NextMethod(
            lFlags: i32,
            pstrName: *mut RawBstr,
            ppInSignature: *mut *mut IWbemClassObject,
            ppOutSignature: *mut *mut IWbemClassObject,
        ) -> Status;
        /// Ends the enumeration of the methods.
        fn EndMethodEnumeration() -> Status;
        /// The qualifiers of a method.
        fn GetMethodQualifierSet(wszMethod: *const u16, ppQualSet: *mut *mut IWbemQualifierSet) -> Status;
        /// The class that declared the method first.
        fn GetMethodOrigin(wszMethodName: *const u16, pstrClassName: *mut RawBstr) -> Status;
    }
}

interface! {
    /// An instance read and written by property handle.
    pub interface IWbemObjectAccess [IWbemObjectAccessVtbl, IWbemObjectAccess_Impl]:
        IWbemClassObject [IWbemClassObject_Impl] = "49353C9A-516B-11D1-AEA6-00C04FB68820" {
        /// The handle and type of a property, valid for every instance of the class.
        fn GetPropertyHandle(wszPropertyName: *const u16, pType: *mut i32, plHandle: *mut i32) -> Status;
        /// Sets a property's bytes; text is UTF-16 with its length in bytes.
        fn WritePropertyValue(lHandle: i32, lNumBytes: i32, aData: *const u8) -> Status;
        /// A property's bytes, and how many there are or would be.
        fn ReadPropertyValue(lHandle: i32, lBufferSize: i32, plNumBytes: *mut i32, aData: *mut u8) -> Status;
        /// A 32-bit property; NULL stores 0 and answers `WBEM_S_FALSE`.
        fn ReadDWORD(lHandle: i32, pdw: *mut u32) -> Status;
        /// Sets a 32-bit property.
        fn WriteDWORD(lHandle: i32, dw: u32) -> Status;
        /// A 64-bit property; NULL stores 0 and answers `WBEM_S_FALSE`.
        fn ReadQWORD(lHandle: i32, pqw: *mut u64) -> Status;
        /// Sets a 64-bit property.
        fn WriteQWORD(lHandle: i32, pw: u64) -> Status;
        /// The name and type behind a handle.
        fn GetPropertyInfoByHandle(lHandle: i32, pstrName: *mut RawBstr, pType: *mut i32) -> Status;
        /// Excludes other callers of `Lock`.
        fn Lock(lFlags: i32) -> Status;
        /// Ends the exclusion.
        fn Unlock(lFlags: i32) -> Status;
    }
}

interface! {
    /// The qualifiers of a class, instance, property or method: a live view.
    pub interface IWbemQualifierSet [IWbemQualifierSetVtbl, IWbemQualifierSet_Impl]: IUnknown [Class] =
        "DC12A680-737F-11CF-884D-00AA004B2E24" {
        /// A qualifier's value and flavor.
        fn Get(wszName: *const u16, lFlags: i32, pVal: *mut Variant, plFlavor: *mut i32) -> Status;
        /// Sets a qualifier.
        fn Put(wszName: *const u16, pVal: *const Variant, lFlavor: i32) -> Status;
        /// Deletes a qualifier.
        fn Delete(wszName: *const u16) -> Status;
        /// The names of the qualifiers.
        fn GetNames(lFlags: i32, pNames: *mut *mut SafeArray) -> Status;
        /// Starts an enumeration.
        fn BeginEnumeration(lFlags: i32) -> Status;
        /// The next qualifier.
        fn Next(lFlags: i32, pstrName: *mut RawBstr, pVal: *mut Variant, plFlavor: *mut i32) -> Status;
        /// Ends the enumeration.
        fn EndEnumeration() -> Status;
    }
}
