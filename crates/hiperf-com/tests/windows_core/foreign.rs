//! Objects of windows-core's, driven by our client.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hiperf_cim::{Result, Status, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::Provider;
use hiperf_com::provider::Initialization;
use hiperf_com::{ComPtr, Guid, live_objects, registry};
use windows_core::{GUID, HRESULT, IUnknown, Interface, implement};

use crate::interfaces::{
    Any, IClassFactory, IClassFactory_Impl, IWbemClassObject, IWbemHiPerfProvider, IWbemHiPerfProvider_Impl,
    IWbemObjectAccess, IWbemProviderInit, IWbemProviderInit_Impl, IWbemProviderInitSink, IWbemRefresher,
    IWbemRefresher_Impl,
};
use crate::{INVALID_PARAMETER, LIMIT, OK, adopt, alone, answer, common, handle_of, received, references};

/// How many of windows-core's objects below are alive.
static FOREIGN: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Counted {
    fn new() -> Counted {
        FOREIGN.fetch_add(1, Ordering::AcqRel);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        FOREIGN.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A provider in windows-core's manner.
#[implement(IWbemProviderInit, IWbemHiPerfProvider)]
struct Foreign {
    _counted: Counted,
}

/// Its refresher; the objects' counts become the number of the refresh.
#[implement(IWbemRefresher)]
struct ForeignRefresher {
    _counted: Counted,
    objects: Mutex<Vec<(IWbemObjectAccess, i32)>>,
    refreshes: Mutex<u64>,
}

#[implement(IClassFactory)]
struct ForeignFactory {
    _counted: Counted,
}

impl IClassFactory_Impl for ForeignFactory_Impl {
    unsafe fn CreateInstance(&self, outer: Any, iid: *const GUID, object: *mut Any) -> HRESULT {
        assert!(outer.is_null());
        let made: IUnknown = Foreign { _counted: Counted::new() }.into();
        // SAFETY: both pointers are the caller's, who promises that they are valid.
        unsafe { made.query(iid, object) }
    }

    unsafe fn LockServer(&self, _: i32) -> HRESULT {
        OK
    }
}

impl IWbemProviderInit_Impl for Foreign_Impl {
    unsafe fn Initialize(
        &self,
        _: *const u16,
        _: i32,
        _: *const u16,
        _: *const u16,
        _: Any,
        _: Any,
        sink: Any,
    ) -> HRESULT {
        // SAFETY: the caller lends a sink for the call.
        let sink = unsafe { IWbemProviderInitSink::from_raw_borrowed(&sink) };
        // SAFETY: no pointers.
        sink.map_or(INVALID_PARAMETER, |sink| unsafe { sink.SetStatus(0, 0) })
    }
}

impl IWbemHiPerfProvider_Impl for Foreign_Impl {
    unsafe fn QueryInstances(&self, _: Any, _: *const u16, _: i32, _: Any, _: Any) -> HRESULT {
        answer(Status::WBEM_E_NOT_SUPPORTED)
    }

    unsafe fn CreateRefresher(&self, _: Any, _: i32, refresher: *mut Any) -> HRESULT {
        let _counted = Counted::new();
        let new = ForeignRefresher { _counted, objects: Mutex::default(), refreshes: Mutex::default() };
        let new: IWbemRefresher = new.into();
        // SAFETY: writable as the caller promises, who gets the reference.
        unsafe { refresher.write(new.into_raw()) };
        OK
    }

    unsafe fn CreateRefreshableObject(
        &self,
        _: Any,
        template: Any,
        refresher: Any,
        _: i32,
        _: Any,
        refreshable: *mut Any,
        id: *mut i32,
    ) -> HRESULT {
        // SAFETY: the caller lends both for the call.
        let lent = unsafe {
            (IWbemObjectAccess::from_raw_borrowed(&template), IWbemRefresher::from_raw_borrowed(&refresher))
        };
        let (Some(template), Some(refresher)) = lent else { return INVALID_PARAMETER };
        let Ok(own) = refresher.cast_object_ref::<ForeignRefresher>() else { return INVALID_PARAMETER };
        let mut copy = null_mut();
        // SAFETY: the pointer lives during the call.
        let status = unsafe { template.CloneObject(&raw mut copy) };
        if status.is_err() {
            return status;
        }
        let object: IWbemObjectAccess = received::<IWbemClassObject>(copy).cast().unwrap();
        let (_, count) = handle_of(&object, "Count");
        own.objects.lock().unwrap().push((object.clone(), count));
        // SAFETY: both are writable as the caller promises, who gets the reference.
        unsafe {
            refreshable.write(object.into_raw());
            id.write(5);
        }
        OK
    }

    unsafe fn StopRefreshing(&self, refresher: Any, id: i32, _: i32) -> HRESULT {
        // SAFETY: the caller lends it for the call.
        let refresher = unsafe { IWbemRefresher::from_raw_borrowed(&refresher) };
        let own = refresher.and_then(|refresher| refresher.cast_object_ref::<ForeignRefresher>().ok());
        match own {
            Some(own) if id == 5 => {
                own.objects.lock().unwrap().clear();
                OK
            }
            _ => INVALID_PARAMETER,
        }
    }

    unsafe fn CreateRefreshableEnum(
        &self,
        _: Any,
        _: *const u16,
        _: Any,
        _: i32,
        _: Any,
        _: Any,
        _: *mut i32,
    ) -> HRESULT {
        answer(Status::WBEM_E_NOT_SUPPORTED)
    }

    unsafe fn GetObjects(&self, _: Any, count: i32, objects: *const Any, _: i32, _: Any) -> HRESULT {
        for index in 0..usize::try_from(count).unwrap() {
            // SAFETY: the caller's array has `count` pointers.
            let pointer = unsafe { objects.add(index).read() };
            // SAFETY: the caller lends the objects for the call.
            let Some(object) = (unsafe { IWbemObjectAccess::from_raw_borrowed(&pointer) }) else {
                return INVALID_PARAMETER;
            };
            let (_, level) = handle_of(object, "Level");
            // SAFETY: no pointers.
            let status = unsafe { object.WriteDWORD(level, 9) };
            if status.is_err() {
                return status;
            }
        }
        OK
    }
}

impl IWbemRefresher_Impl for ForeignRefresher_Impl {
    unsafe fn Refresh(&self, _: i32) -> HRESULT {
        let mut refreshes = self.refreshes.lock().unwrap();
        *refreshes += 1;
        for (object, count) in self.objects.lock().unwrap().iter() {
            // SAFETY: no pointers.
            let status = unsafe { object.WriteQWORD(*count, *refreshes) };
            if status.is_err() {
                return status;
            }
        }
        OK
    }
}

/// An object of the factory above, as our own code makes one of any factory.
fn create() -> Result<ComPtr<hiperf_com::IUnknown>> {
    let factory: IClassFactory = ForeignFactory { _counted: Counted::new() }.into();
    // SAFETY: the same published interface; the reference goes to the new owner.
    let factory = unsafe { ComPtr::<hiperf_com::IClassFactory>::from_raw(factory.into_raw().cast()) };
    let factory = factory.ok_or(Status::E_UNEXPECTED)?;
    let (iid, mut made) = (<hiperf_com::IUnknown as hiperf_com::Interface>::IID, null_mut());
    // SAFETY: all pointers are NULL or live during the call.
    let status = unsafe { factory.CreateInstance(null_mut(), &raw const iid, &raw mut made) };
    assert_eq!(status, Status::WBEM_S_NO_ERROR);
    // SAFETY: an IUnknown was asked for, and its reference is ours.
    let made = unsafe { ComPtr::from_raw(made.cast()) };
    made.ok_or_else(|| Status::E_UNEXPECTED.into())
}

#[test]
fn windows_cores_provider_through_our_client() {
    let _alone = alone();
    let before = live_objects();
    let clsid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2C02");
    let class = common::toy_class();
    let services = common::services(&class);
    registry::register_class(clsid, Arc::new(create));
    let provider =
        Provider::load(clsid, &Initialization::new("root\\cimv2", services.clone()), LIMIT).unwrap();
    registry::revoke(clsid);
    assert_eq!(FOREIGN.load(Ordering::Acquire), 1, "the provider alone");

    let template = common::template(&class, "a");
    let refresher = provider.create_refresher().unwrap();
    let (object, id) = provider.create_refreshable_object(&refresher, template.access(), None).unwrap();
    let object = ObjectAccess::new(object);
    assert_eq!(id, 5);
    for expected in 1..=3 {
        assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
        assert_eq!(object.get("Count").unwrap(), Value::Uint64(expected));
    }
    provider.get_objects(std::slice::from_ref(template.access()), None).unwrap();
    assert_eq!(template.get("Level").unwrap(), Value::Uint32(9));
    let error = provider.query_instances("Toy", None, LIMIT).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_SUPPORTED);
    let error = provider.stop_refreshing(&refresher, 6).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER);

    let foreign: IWbemObjectAccess = adopt(object.as_com());
    // Ours, this one, and the foreign refresher's.
    assert_eq!(references(&foreign), 3);
    provider.stop_refreshing(&refresher, id).unwrap();
    assert_eq!(references(&foreign), 2);
    drop((foreign, object, template, services));
    assert_eq!(FOREIGN.load(Ordering::Acquire), 2, "the provider and its refresher");
    drop((provider, refresher));
    assert_eq!(FOREIGN.load(Ordering::Acquire), 0);
    assert_eq!(live_objects(), before);
}
