//! An object of a stranger's own making, which fails in everything it is asked.

use hiperf_com::access::ObjectAccess;
use hiperf_com::{
    ComPtr, IWbemClassObject, IWbemClassObject_Impl, IWbemObjectAccess, IWbemObjectAccess_Impl,
    IWbemQualifierSet, RawBstr, SafeArray, Status, Variant, com_class,
};

const FAILED: Status = Status::WBEM_E_FAILED;

/// A stranger's `IWbemObjectAccess`.
pub struct Stranger;

com_class! { class Stranger: IWbemObjectAccess; }

impl Stranger {
    pub fn create() -> ObjectAccess {
        let object: ComPtr<IWbemObjectAccess> = ComPtr::new(Stranger);
        ObjectAccess::new(object)
    }
}

impl IWbemClassObject_Impl for Stranger {
    unsafe fn GetQualifierSet(&self, _: *mut *mut IWbemQualifierSet) -> Status {
        FAILED
    }

    unsafe fn Get(&self, _: *const u16, _: i32, _: *mut Variant, _: *mut i32, _: *mut i32) -> Status {
        FAILED
    }

    unsafe fn Put(&self, _: *const u16, _: i32, _: *const Variant, _: i32) -> Status {
        FAILED
    }

    unsafe fn Delete(&self, _: *const u16) -> Status {
        FAILED
    }

    unsafe fn GetNames(&self, _: *const u16, _: i32, _: *const Variant, _: *mut *mut SafeArray) -> Status {
        FAILED
    }

    unsafe fn BeginEnumeration(&self, _: i32) -> Status {
        FAILED
    }

    unsafe fn Next(&self, _: i32, _: *mut RawBstr, _: *mut Variant, _: *mut i32, _: *mut i32) -> Status {
        FAILED
    }

    unsafe fn EndEnumeration(&self) -> Status {
        FAILED
    }

    unsafe fn GetPropertyQualifierSet(&self, _: *const u16, _: *mut *mut IWbemQualifierSet) -> Status {
        FAILED
    }

    unsafe fn Clone(&self, _: *mut *mut IWbemClassObject) -> Status {
        FAILED
    }

    unsafe fn GetObjectText(&self, _: i32, _: *mut RawBstr) -> Status {
        FAILED
    }

    unsafe fn SpawnDerivedClass(&self, _: i32, _: *mut *mut IWbemClassObject) -> Status {
        FAILED
    }

    unsafe fn SpawnInstance(&self, _: i32, _: *mut *mut IWbemClassObject) -> Status {
        FAILED
    }

    unsafe fn CompareTo(&self, _: i32, _: *mut IWbemClassObject) -> Status {
        FAILED
    }

    unsafe fn GetPropertyOrigin(&self, _: *const u16, _: *mut RawBstr) -> Status {
        FAILED
    }

    unsafe fn InheritsFrom(&self, _: *const u16) -> Status {
        FAILED
    }

    unsafe fn GetMethod(
        &self,
        _: *const u16,
        _: i32,
        _: *mut *mut IWbemClassObject,
        _: *mut *mut IWbemClassObject,
    ) -> Status {
        FAILED
    }

    unsafe fn PutMethod(
        &self,
        _: *const u16,
        _: i32,
        _: *mut IWbemClassObject,
        _: *mut IWbemClassObject,
    ) -> Status {
        FAILED
    }

    unsafe fn DeleteMethod(&self, _: *const u16) -> Status {
        FAILED
    }

    unsafe fn BeginMethodEnumeration(&self, _: i32) -> Status {
        FAILED
    }

    unsafe fn NextMethod(
        &self,
        _: i32,
        _: *mut RawBstr,
        _: *mut *mut IWbemClassObject,
        _: *mut *mut IWbemClassObject,
    ) -> Status {
        FAILED
    }

    unsafe fn EndMethodEnumeration(&self) -> Status {
        FAILED
    }

    unsafe fn GetMethodQualifierSet(&self, _: *const u16, _: *mut *mut IWbemQualifierSet) -> Status {
        FAILED
    }

    unsafe fn GetMethodOrigin(&self, _: *const u16, _: *mut RawBstr) -> Status {
        FAILED
    }
}

impl IWbemObjectAccess_Impl for Stranger {
    unsafe fn GetPropertyHandle(&self, _: *const u16, _: *mut i32, _: *mut i32) -> Status {
        FAILED
    }

    unsafe fn WritePropertyValue(&self, _: i32, _: i32, _: *const u8) -> Status {
        FAILED
    }

    unsafe fn ReadPropertyValue(&self, _: i32, _: i32, _: *mut i32, _: *mut u8) -> Status {
        FAILED
    }

    unsafe fn ReadDWORD(&self, _: i32, _: *mut u32) -> Status {
        FAILED
    }

    unsafe fn WriteDWORD(&self, _: i32, _: u32) -> Status {
        FAILED
    }

    unsafe fn ReadQWORD(&self, _: i32, _: *mut u64) -> Status {
        FAILED
    }

    unsafe fn WriteQWORD(&self, _: i32, _: u64) -> Status {
        FAILED
    }

    unsafe fn GetPropertyInfoByHandle(&self, _: i32, _: *mut RawBstr, _: *mut i32) -> Status {
        FAILED
    }

    unsafe fn Lock(&self, _: i32) -> Status {
        FAILED
    }

    unsafe fn Unlock(&self, _: i32) -> Status {
        FAILED
    }
}
