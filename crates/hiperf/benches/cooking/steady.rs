//! A provider that writes every counter of every instance at each sample, and
//! its classes. What it writes says who uses it.

use hiperf::{Namespace, Result, Status, Value};
use hiperf_cim::{CimType, PropertyHandle, Type};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::{Guid, registry};

use super::{COUNTERS, INSTANCES, value};

const CLSID: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2C04");

/// One second in ticks of its clocks.
pub const SECOND: u64 = 10_000_000;

/// A pair of classes.
#[derive(Clone, Copy)]
pub struct Kind {
    pub raw: &'static str,
    pub formatted: &'static str,
    /// Raw types and cooking types of its counters, which they have by turns.
    pub counters: &'static [(&'static str, &'static str)],
}

/// The name of a counter.
pub fn counter(index: usize) -> String {
    format!("Counter{index:02}")
}

/// The namespace with these classes and their provider.
pub fn namespace(kinds: &[Kind]) -> Result<Namespace> {
    registry::register_provider(CLSID, || Steady);
    let namespace = Namespace::connect("root\\cimv2")?;
    let registration = format!(
        r#"instance of __Win32Provider as $Steady {{
             Name = "Steady"; CLSID = "{CLSID}"; ClientLoadableCLSID = "{CLSID}";
             HostingModel = "NetworkServiceHost:hiperf"; ImpersonationLevel = 1; PerUserInitialization = FALSE;
           }};
           instance of __InstanceProviderRegistration {{
             Provider = $Steady; SupportsGet = TRUE; SupportsEnumeration = TRUE;
           }};"#
    );
    let classes: String = kinds.iter().map(Kind::classes).collect();
    namespace.compile_mof("steady.mof", &(registration + &classes))?;
    Ok(namespace)
}

impl Kind {
    fn classes(&self) -> String {
        let Kind { raw, formatted, .. } = self;
        let kind_of = |index: usize| self.counters[index % self.counters.len()];
        let sampled = |index: usize| format!("{} {};\n", kind_of(index).0, counter(index));
        let of_raw: String = (0..COUNTERS).map(sampled).collect();
        // The base of a mean is the counter before it.
        let cooked = |index: usize| {
            let (ty, cooking_type) = kind_of(index);
            let base = counter(index.saturating_sub(1));
            format!("[CookingType(\"{cooking_type}\"), Base(\"{base}\")] {ty} {};\n", counter(index))
        };
        let of_formatted: String = (0..COUNTERS).map(cooked).collect();
        format!(
            "[dynamic, hiperf, provider(\"Steady\")] class {raw} : Win32_PerfRawData {{\n\
               [key] string Name;\n{of_raw}}};\n\
             [dynamic, hiperf, provider(\"HiPerfCooker_v1\"), AutoCook_RawClass(\"{raw}\")]\n\
             class {formatted} : Win32_PerfFormattedData {{\n\
               [key] string Name;\n{of_formatted}}};\n"
        )
    }
}

struct Steady;

/// Its refresher: the instances of one enumerator.
#[derive(Default)]
struct SteadyRefresher {
    waiting: Option<HiPerfEnum>,
    objects: Vec<ObjectAccess>,
    stamps: Vec<PropertyHandle>,
    counters: Vec<(Type, PropertyHandle)>,
    samples: u64,
}

impl HiPerfProvider for Steady {
    type Refresher = SteadyRefresher;

    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<SteadyRefresher> {
        Ok(SteadyRefresher::default())
    }

    fn query_instances(&self, _: &Services, _: &str, _: Option<&Context>, _: &ObjectSink) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], _: Option<&Context>) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }
}

impl ProviderRefresher for SteadyRefresher {
    fn add_object(
        &mut self,
        _: &Services,
        _: &ObjectAccess,
        _: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        _: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let class = services.get_object(class)?;
        for index in 0..INSTANCES {
            let object = class.spawn_instance()?;
            object.put("Name", &Value::String(format!("{index:04}")))?;
            for clock in ["PerfTime", "Sys100NS", "Object"] {
                object.put(&format!("Frequency_{clock}"), &Value::Uint64(SECOND))?;
                object.put(&format!("Timestamp_{clock}"), &Value::Uint64(SECOND))?;
            }
            self.objects.push(object);
        }
        let Some(any) = self.objects.first() else { return Err(Status::WBEM_E_FAILED.into()) };
        let handle = |name: &str| any.property_handle(name).map(|(_, handle)| handle);
        let stamps = ["Timestamp_PerfTime", "Timestamp_Sys100NS"].iter().map(|name| handle(name));
        self.stamps = stamps.collect::<Result<_>>()?;
        self.counters =
            (0..COUNTERS).map(|index| any.property_handle(&counter(index))).collect::<Result<_>>()?;
        self.waiting = Some(target);
        Ok(1)
    }

    fn stop_refreshing(&mut self, _: i32) -> Result<()> {
        Ok(())
    }

    fn refresh(&mut self, _: i32) -> std::result::Result<Status, Status> {
        self.samples += 1;
        for (instance, object) in self.objects.iter().enumerate() {
            for stamp in &self.stamps {
                object.write_u64(*stamp, self.samples * SECOND)?;
            }
            for (index, (ty, counter)) in self.counters.iter().enumerate() {
                match value(self.samples, instance, index) {
                    None => object.write_null(*counter)?,
                    Some(value) if ty.scalar == CimType::Uint32 => {
                        object.write_u32(*counter, value as u32)?
                    }
                    Some(value) => object.write_u64(*counter, value)?,
                }
            }
        }
        if let Some(target) = self.waiting.take() {
            let ids: Vec<i32> = (1..).take(self.objects.len()).collect();
            target.add_objects(&ids, &self.objects)?;
        }
        Ok(Status::WBEM_S_NO_ERROR)
    }
}
