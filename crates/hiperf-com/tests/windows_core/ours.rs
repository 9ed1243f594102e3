//! Our objects, driven by windows-core's types.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use hiperf_cim::{PropertyHandle, Result, Status, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{Guid, live_objects, registry};
use windows_core::{HRESULT, IUnknown, Interface, implement};

use crate::interfaces::{
    Any, IClassFactory, IWbemClassObject, IWbemHiPerfProvider, IWbemObjectAccess, IWbemProviderInit,
    IWbemProviderInitSink, IWbemProviderInitSink_Impl, IWbemRefresher,
};
use crate::{
    INVALID_PARAMETER, OK, adopt, alone, answer, common, handle_of, read_u64, received, references, wide,
};

#[test]
fn our_object_through_windows_core() {
    let _alone = alone();
    let before = live_objects();
    let class = common::toy_class();
    let ours = common::template(&class, "a");
    let object: IWbemObjectAccess = adopt(ours.access());
    assert_eq!(references(&object), 2);

    // COM identity: one IUnknown, whatever the way to it.
    let unknown: IUnknown = object.cast().unwrap();
    let class_object: IWbemClassObject = unknown.cast().unwrap();
    assert_eq!(class_object.cast::<IUnknown>().unwrap().as_raw(), unknown.as_raw());
    assert_eq!(class_object.cast::<IWbemObjectAccess>().unwrap(), object);
    assert_eq!(object.cast::<IWbemRefresher>().unwrap_err().code(), answer(Status::E_NOINTERFACE));
    assert_eq!(references(&object), 4);
    let copy = object.clone();
    assert_eq!(references(&object), 5);
    drop((copy, unknown, class_object));
    assert_eq!(references(&object), 2);

    let (count_type, count) = handle_of(&object, "Count");
    let (level_type, level) = handle_of(&object, "level");
    // CIM_UINT64 and CIM_UINT32.
    assert_eq!((count_type, level_type), (21, 19));
    // SAFETY: all pointers are NULL or live during their calls.
    unsafe {
        assert_eq!(object.WriteQWORD(count, u64::MAX - 1), OK);
        assert_eq!(object.WriteDWORD(level, 7), OK);
        assert_eq!(object.WriteQWORD(-1, 7), answer(Status::WBEM_E_INVALID_HANDLE_REQUEST));
        let mut narrow = 0;
        assert_eq!((object.ReadDWORD(level, &raw mut narrow), narrow), (OK, 7));
        assert_eq!((object.Lock(0), object.Unlock(0)), (OK, OK));
        assert_eq!(object.ReadQWORD(count, null_mut()), INVALID_PARAMETER);
        let text = wide("b");
        let (_, name) = handle_of(&object, "Name");
        assert_eq!(object.WritePropertyValue(name, 4, text.as_ptr().cast()), OK);
        let (mut bytes, mut buffer) = (0, [0u8; 8]);
        let status = object.ReadPropertyValue(name, 8, &raw mut bytes, buffer.as_mut_ptr());
        assert_eq!((status, bytes, &buffer[..4]), (OK, 4, &[b'b', 0, 0, 0][..]));
        let ancestor = wide("toy");
        assert_eq!(object.InheritsFrom(ancestor.as_ptr()), OK);
        let mut spawned = null_mut();
        assert_eq!(object.SpawnInstance(0, &raw mut spawned), OK);
        let spawned: IWbemClassObject = received(spawned);
        assert_eq!(references(&spawned), 1);
        assert_eq!(object.CompareTo(0, spawned.as_raw()), answer(Status::WBEM_S_DIFFERENT));
    }
    assert_eq!(read_u64(&object, count), u64::MAX - 1);
    // The writes went to the one object that both sides hold.
    assert_eq!(ours.get("Count").unwrap(), Value::Uint64(u64::MAX - 1));
    assert_eq!(ours.get("Name").unwrap(), Value::String("b".to_owned()));
    drop(ours);
    assert_eq!(references(&object), 1);
    assert_eq!(live_objects(), before + 1);
    drop(object);
    assert_eq!(live_objects(), before);
}

/// A provider of the safe traits: its objects count their refreshes.
struct Counting;

#[derive(Default)]
struct CountingRefresher {
    refreshes: u64,
    objects: Vec<(ObjectAccess, PropertyHandle)>,
}

impl HiPerfProvider for Counting {
    type Refresher = CountingRefresher;

    fn initialize(&self, initialization: &Initialization) -> Result<()> {
        assert_eq!(initialization.namespace, "root\\cimv2");
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<CountingRefresher> {
        Ok(CountingRefresher::default())
    }

    fn query_instances(&self, _: &Services, _: &str, _: Option<&Context>, _: &ObjectSink) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }
}

impl ProviderRefresher for CountingRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        template: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let object = template.clone_object()?;
        let (_, count) = object.property_handle("Count")?;
        self.objects.push((object.clone(), count));
        Ok((object, 17))
    }

    fn add_enum(&mut self, _: &Services, _: &str, _: Option<&Context>, _: HiPerfEnum) -> Result<i32> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn stop_refreshing(&mut self, _: i32) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn refresh(&mut self, _: i32) -> std::result::Result<Status, Status> {
        self.refreshes += 1;
        for (object, count) in &self.objects {
            object.write_u64(*count, self.refreshes)?;
        }
        Ok(Status::WBEM_S_NO_ERROR)
    }
}

/// windows-core's end of a provider's initialisation.
#[implement(IWbemProviderInitSink)]
struct InitSink(Arc<AtomicI32>);

impl IWbemProviderInitSink_Impl for InitSink_Impl {
    unsafe fn SetStatus(&self, status: i32, _: i32) -> HRESULT {
        self.0.store(status, Ordering::Release);
        OK
    }
}

#[test]
fn our_provider_through_windows_core() {
    let _alone = alone();
    let before = live_objects();
    let clsid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2C01");
    registry::register_provider(clsid, || Counting);
    let class = common::toy_class();
    let services = common::services(&class);
    let namespace = wide("root\\cimv2");
    let template = common::template(&class, "a");

    let factory: IClassFactory = adopt(&registry::class_object(clsid).unwrap());
    registry::revoke(clsid);
    let services_pointer: Any = services.as_com().as_raw().cast();
    let template_pointer: Any = template.access().as_raw().cast();
    let reported = Arc::new(AtomicI32::new(-1));
    // SAFETY: all pointers are NULL or live during their calls.
    unsafe {
        let mut init = null_mut();
        assert_eq!(factory.CreateInstance(null_mut(), &IWbemProviderInit::IID, &raw mut init), OK);
        let init: IWbemProviderInit = received(init);
        let sink: IWbemProviderInitSink = InitSink(reported.clone()).into();
        let (sink_pointer, name) = (sink.as_raw(), namespace.as_ptr());
        assert_eq!(init.Initialize(null(), 0, name, null(), services_pointer, null_mut(), sink_pointer), OK);
        assert_eq!(reported.load(Ordering::Acquire), 0);
        assert_eq!(references(&sink), 1);

        let provider: IWbemHiPerfProvider = init.cast().unwrap();
        assert_eq!(provider.cast::<IUnknown>().unwrap(), init.cast::<IUnknown>().unwrap());
        let mut refresher = null_mut();
        assert_eq!(provider.CreateRefresher(services_pointer, 0, &raw mut refresher), OK);
        let refresher: IWbemRefresher = received(refresher);
        let (mut object, mut id) = (null_mut(), 0);
        let status = provider.CreateRefreshableObject(
            services_pointer,
            template_pointer,
            refresher.as_raw(),
            0,
            null_mut(),
            &raw mut object,
            &raw mut id,
        );
        assert_eq!((status, id), (OK, 17));
        let object: IWbemObjectAccess = received(object);
        let (_, count) = handle_of(&object, "Count");
        for expected in 1..=3 {
            assert_eq!(refresher.Refresh(0), OK);
            assert_eq!(read_u64(&object, count), expected);
        }
        // Ours and the refresher's.
        assert_eq!(references(&object), 2);
        drop(refresher);
        assert_eq!(references(&object), 1);
    }
    drop((factory, services, template));
    assert_eq!(live_objects(), before);
}
