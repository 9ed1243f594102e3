//! The smallest provider in a library of its own: it has no classes, but it
//! loads, initialises and makes refreshers. The tests of loading load it.
#![forbid(unsafe_code)]

use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{Guid, Status};

/// Its CLSID.
const CLSID: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2B18");

struct Toy;

struct ToyRefresher;

hiperf_com::dll_exports! { CLSID => || Toy }
hiperf_com::dll_mof! { "// The toy has no classes of its own.\n" }

impl HiPerfProvider for Toy {
    type Refresher = ToyRefresher;

    fn initialize(&self, _: &Initialization) -> hiperf_cim::Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> hiperf_cim::Result<ToyRefresher> {
        Ok(ToyRefresher)
    }

    fn query_instances(
        &self,
        _: &Services,
        _: &str,
        _: Option<&Context>,
        _: &ObjectSink,
    ) -> hiperf_cim::Result<()> {
        Err(Status::WBEM_E_INVALID_CLASS.into())
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], _: Option<&Context>) -> hiperf_cim::Result<()> {
        Err(Status::WBEM_E_NOT_FOUND.into())
    }
}

impl ProviderRefresher for ToyRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        _: &ObjectAccess,
        _: Option<&Context>,
    ) -> hiperf_cim::Result<(ObjectAccess, i32)> {
        Err(Status::WBEM_E_NOT_FOUND.into())
    }

    fn add_enum(
        &mut self,
        _: &Services,
        _: &str,
        _: Option<&Context>,
        _: HiPerfEnum,
    ) -> hiperf_cim::Result<i32> {
        Err(Status::WBEM_E_INVALID_CLASS.into())
    }

    fn stop_refreshing(&mut self, _: i32) -> hiperf_cim::Result<()> {
        Err(Status::WBEM_E_NOT_FOUND.into())
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        Ok(Status::WBEM_S_NO_ERROR)
    }
}
