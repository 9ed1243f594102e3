//! A provider for measurements: a thousand instances that stay, and of whose
//! counters each refresh changes as many as the class's name says at its end,
//! none if it says nothing. The benches of hiperf use it as well.

use hiperf_cim::{PropertyHandle, Result, Value};
use hiperf_com::Status;
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};

const INSTANCES: usize = 1_000;

/// The provider.
pub struct Still;

/// Its refresher.
#[derive(Default)]
pub struct StillRefresher {
    lists: Vec<List>,
    refreshes: u64,
}

struct List {
    target: Option<HiPerfEnum>,
    objects: Vec<ObjectAccess>,
    changing: Vec<PropertyHandle>,
}

impl HiPerfProvider for Still {
    type Refresher = StillRefresher;

    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<StillRefresher> {
        Ok(StillRefresher::default())
    }

    fn query_instances(&self, _: &Services, _: &str, _: Option<&Context>, _: &ObjectSink) -> Result<()> {
        Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into())
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into())
    }
}

impl ProviderRefresher for StillRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        _: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE.into())
    }

    fn add_enum(
        &mut self,
        services: &Services,
        name: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let class = services.get_object(name)?;
        let spawn = |index: usize| {
            let object = class.spawn_instance()?;
            object.put("Name", &Value::String(format!("{index:04}")))?;
            Ok(object)
        };
        let objects = (0..INSTANCES).map(spawn).collect::<Result<Vec<_>>>()?;
        let changing: usize = name.rsplit('_').next().and_then(|last| last.parse().ok()).unwrap_or(0);
        let handle = |index| Ok(objects[0].property_handle(&format!("Counter{index}"))?.1);
        let changing = (0..changing).map(handle).collect::<Result<_>>()?;
        self.lists.push(List { target: Some(target), objects, changing });
        Ok(i32::try_from(self.lists.len()).unwrap_or(i32::MAX))
    }

    fn stop_refreshing(&mut self, _: i32) -> Result<()> {
        Ok(())
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        self.refreshes += 1;
        for List { target, objects, changing } in &mut self.lists {
            if let Some(target) = target.take() {
                let ids: Vec<i32> = (1..).take(objects.len()).collect();
                target.add_objects(&ids, objects)?;
            }
            for object in &*objects {
                for &counter in &*changing {
                    object.write_u64(counter, self.refreshes)?;
                }
            }
        }
        Ok(Status::WBEM_S_NO_ERROR)
    }
}
