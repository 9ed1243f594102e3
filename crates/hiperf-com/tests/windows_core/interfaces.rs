//! The interfaces in windows-core's manner, with parameters as plain as they
//! can be.
// All slots are declared; not all are called, and some have many parameters.
#![allow(dead_code, clippy::too_many_arguments)]

use std::ffi::c_void;

use windows_core::{GUID, HRESULT, IUnknown, interface};

/// Parameters whose types don't matter to these tests.
pub type Any = *mut c_void;

#[interface("00000001-0000-0000-C000-000000000046")]
pub unsafe trait IClassFactory: IUnknown {
    pub fn CreateInstance(&self, outer: Any, iid: *const GUID, object: *mut Any) -> HRESULT;
    pub fn LockServer(&self, lock: i32) -> HRESULT;
}

#[interface("1BE41572-91DD-11D1-AEB2-00C04FB68820")]
pub unsafe trait IWbemProviderInit: IUnknown {
    pub fn Initialize(
        &self,
        user: *const u16,
        flags: i32,
        namespace: *const u16,
        locale: *const u16,
        services: Any,
        context: Any,
        sink: Any,
    ) -> HRESULT;
}

#[interface("1BE41571-91DD-11D1-AEB2-00C04FB68820")]
pub unsafe trait IWbemProviderInitSink: IUnknown {
    pub fn SetStatus(&self, status: i32, flags: i32) -> HRESULT;
}

#[interface("49353C99-516B-11D1-AEA6-00C04FB68820")]
pub unsafe trait IWbemRefresher: IUnknown {
    pub fn Refresh(&self, flags: i32) -> HRESULT;
}

#[interface("49353C93-516B-11D1-AEA6-00C04FB68820")]
pub unsafe trait IWbemHiPerfProvider: IUnknown {
    pub fn QueryInstances(
        &self,
        services: Any,
        class: *const u16,
        flags: i32,
        context: Any,
        sink: Any,
    ) -> HRESULT;
    pub fn CreateRefresher(&self, services: Any, flags: i32, refresher: *mut Any) -> HRESULT;
    pub fn CreateRefreshableObject(
        &self,
        services: Any,
        template: Any,
        refresher: Any,
        flags: i32,
        context: Any,
        refreshable: *mut Any,
        id: *mut i32,
    ) -> HRESULT;
    pub fn StopRefreshing(&self, refresher: Any, id: i32, flags: i32) -> HRESULT;
    pub fn CreateRefreshableEnum(
        &self,
        services: Any,
        class: *const u16,
        refresher: Any,
        flags: i32,
        context: Any,
        enumerator: Any,
        id: *mut i32,
    ) -> HRESULT;
    pub fn GetObjects(
        &self,
        services: Any,
        count: i32,
        objects: *const Any,
        flags: i32,
        context: Any,
    ) -> HRESULT;
}

#[interface("DC12A681-737F-11CF-884D-00AA004B2E24")]
pub unsafe trait IWbemClassObject: IUnknown {
    pub fn GetQualifierSet(&self, set: *mut Any) -> HRESULT;
    pub fn Get(&self, name: *const u16, flags: i32, value: Any, ty: *mut i32, flavor: *mut i32) -> HRESULT;
    pub fn Put(&self, name: *const u16, flags: i32, value: Any, ty: i32) -> HRESULT;
    pub fn Delete(&self, name: *const u16) -> HRESULT;
    pub fn GetNames(&self, qualifier: *const u16, flags: i32, value: Any, names: *mut Any) -> HRESULT;
    pub fn BeginEnumeration(&self, flags: i32) -> HRESULT;
    pub fn Next(&self, flags: i32, name: *mut Any, value: Any, ty: *mut i32, flavor: *mut i32) -> HRESULT;
    pub fn EndEnumeration(&self) -> HRESULT;
    pub fn GetPropertyQualifierSet(&self, name: *const u16, set: *mut Any) -> HRESULT;
    pub fn CloneObject(&self, copy: *mut Any) -> HRESULT;
    pub fn GetObjectText(&self, flags: i32, text: *mut Any) -> HRESULT;
    pub fn SpawnDerivedClass(&self, flags: i32, class: *mut Any) -> HRESULT;
    pub fn SpawnInstance(&self, flags: i32, instance: *mut Any) -> HRESULT;
    pub fn CompareTo(&self, flags: i32, other: Any) -> HRESULT;
    pub fn GetPropertyOrigin(&self, name: *const u16, class: *mut Any) -> HRESULT;
    pub fn InheritsFrom(&self, ancestor: *const u16) -> HRESULT;
    pub fn GetMethod(&self, name: *const u16, flags: i32, inputs: *mut Any, outputs: *mut Any) -> HRESULT;
    pub fn PutMethod(&self, name: *const u16, flags: i32, inputs: Any, outputs: Any) -> HRESULT;
    pub fn DeleteMethod(&self, name: *const u16) -> HRESULT;
    pub fn BeginMethodEnumeration(&self, flags: i32) -> HRESULT;
    pub fn NextMethod(&self, flags: i32, name: *mut Any, inputs: *mut Any, outputs: *mut Any) -> HRESULT;
    pub fn EndMethodEnumeration(&self) -> HRESULT;
    pub fn GetMethodQualifierSet(&self, name: *const u16, set: *mut Any) -> HRESULT;
    pub fn GetMethodOrigin(&self, name: *const u16, class: *mut Any) -> HRESULT;
}

#[interface("49353C9A-516B-11D1-AEA6-00C04FB68820")]
pub unsafe trait IWbemObjectAccess: IWbemClassObject {
    pub fn GetPropertyHandle(&self, name: *const u16, ty: *mut i32, handle: *mut i32) -> HRESULT;
    pub fn WritePropertyValue(&self, handle: i32, bytes: i32, data: *const u8) -> HRESULT;
    pub fn ReadPropertyValue(&self, handle: i32, size: i32, bytes: *mut i32, data: *mut u8) -> HRESULT;
    pub fn ReadDWORD(&self, handle: i32, value: *mut u32) -> HRESULT;
    pub fn WriteDWORD(&self, handle: i32, value: u32) -> HRESULT;
    pub fn ReadQWORD(&self, handle: i32, value: *mut u64) -> HRESULT;
    pub fn WriteQWORD(&self, handle: i32, value: u64) -> HRESULT;
    pub fn GetPropertyInfoByHandle(&self, handle: i32, name: *mut Any, ty: *mut i32) -> HRESULT;
    pub fn Lock(&self, flags: i32) -> HRESULT;
    pub fn Unlock(&self, flags: i32) -> HRESULT;
}
