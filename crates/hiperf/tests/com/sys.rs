//! The calls that a client in C makes, without unsafe code around them: status
//! and outs.

use std::ptr::{null, null_mut};

use hiperf_com::object::Object;
use hiperf_com::{
    Bstr, ComPtr, Context, IEnumWbemClassObject, IWbemClassObject, IWbemConfigureRefresher, IWbemHiPerfEnum,
    IWbemLocator, IWbemObjectAccess, IWbemRefresher, IWbemRefresher_Impl, IWbemServices, Status, WideString,
    clsid, com_class, registry,
};

/// `IWbemLocator::ConnectServer` with nothing but a path.
pub fn connect(path: &str) -> Result<ComPtr<IWbemServices>, Status> {
    let locator: ComPtr<IWbemLocator> = registry::create_instance(clsid::WBEM_LOCATOR).unwrap();
    let (path, none) = (Bstr::new(path), null_mut());
    ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        let path = path.as_raw();
        // SAFETY: every pointer is NULL or valid during the call.
        unsafe { locator.ConnectServer(path, none, none, none, 0, none, null_mut(), slot) }
    })
}

/// As [`connect`], with a context.
pub fn connect_with(context: &Context) -> Result<ComPtr<IWbemServices>, Status> {
    let locator: ComPtr<IWbemLocator> = registry::create_instance(clsid::WBEM_LOCATOR).unwrap();
    let (path, none) = (Bstr::new("root\\cimv2"), null_mut());
    ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        let (path, context) = (path.as_raw(), context.as_com().as_raw());
        // SAFETY: every pointer is NULL or valid during the call.
        unsafe { locator.ConnectServer(path, none, none, none, 0, none, context, slot) }
    })
}

/// As [`connect`], for texts of a locale.
pub fn connect_in(locale: &str) -> Result<ComPtr<IWbemServices>, Status> {
    let locator: ComPtr<IWbemLocator> = registry::create_instance(clsid::WBEM_LOCATOR).unwrap();
    let (path, locale, none) = (Bstr::new("root\\cimv2"), Bstr::new(locale), null_mut());
    ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        let (path, locale) = (path.as_raw(), locale.as_raw());
        // SAFETY: every pointer is NULL or valid during the call.
        unsafe { locator.ConnectServer(path, none, none, locale, 0, none, null_mut(), slot) }
    })
}

/// A class and an instance of it by GetObject, the classes below
/// Win32_PerfRawData, and the instances of the class enumerated and selected: all
/// with these flags.
pub fn all_ways(services: &ComPtr<IWbemServices>, class: &str, path: &str, flags: i32) -> Vec<Object> {
    let (language, query) = (Bstr::new("WQL"), Bstr::new(&format!("SELECT * FROM {class}")));
    let (parent, class, path) = (Bstr::new("Win32_PerfRawData"), Bstr::new(class), Bstr::new(path));
    let none = null_mut();
    let get = |path: &Bstr| {
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { services.GetObject(path.as_raw(), flags, none, slot, null_mut()) }
        })
    };
    let enumerations = [
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { services.CreateClassEnum(parent.as_raw(), flags, none, slot) }
        }),
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { services.CreateInstanceEnum(class.as_raw(), flags, none, slot) }
        }),
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { services.ExecQuery(language.as_raw(), query.as_raw(), flags, none, slot) }
        }),
    ];
    let got = [get(&class).unwrap(), get(&path).unwrap()];
    let all = got.into_iter().chain(enumerations.into_iter().flat_map(|list| drain(&list.unwrap())));
    all.map(|object| Object::from_class_object(&object).unwrap()).collect()
}

/// The objects that an enumerator still has.
fn drain(list: &ComPtr<IEnumWbemClassObject>) -> Vec<ComPtr<IWbemClassObject>> {
    let (mut objects, mut count) = ([null_mut::<IWbemClassObject>(); 128], 0);
    // SAFETY: room for that many pointers.
    let status = unsafe { list.Next(-1, 128, objects.as_mut_ptr(), &raw mut count) };
    assert_eq!(status, Status::WBEM_S_FALSE, "there are fewer than 128");
    let taken = objects[..count as usize].iter();
    // SAFETY: references for the caller.
    taken.map(|object| unsafe { ComPtr::from_raw(*object) }.unwrap()).collect()
}

/// As [`connect`], by a path that is no BSTR, as clients pass it: before the
/// text stands the length of the first four units of it.
pub fn connect_plainly(path: &str) -> Result<ComPtr<IWbemServices>, Status> {
    let locator: ComPtr<IWbemLocator> = registry::create_instance(clsid::WBEM_LOCATOR).unwrap();
    let (units, none) = (plain(path), null_mut());
    ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        let path = units[2..].as_ptr().cast_mut();
        // SAFETY: every pointer is NULL or a string during the call.
        unsafe { locator.ConnectServer(path, none, none, none, 0, none, null_mut(), slot) }
    })
}

fn plain(text: &str) -> Vec<u16> {
    [8, 0].into_iter().chain(text.encode_utf16()).chain([0]).collect()
}

/// The statuses of the enumerations of classes, of instances and of a query
/// with these flags, all parameters as in [`connect_plainly`].
pub fn enumerate(services: &ComPtr<IWbemServices>, class: &str, flags: i32) -> [Status; 3] {
    let (class, query) = (plain(class), plain(&format!("SELECT * FROM {class}")));
    let (language, mut made) = (plain("WQL"), [null_mut::<IEnumWbemClassObject>(); 3]);
    let text = |units: &[u16]| units[2..].as_ptr().cast_mut();
    let ([one, two, three], none) = (&mut made, null_mut());
    // SAFETY: every pointer is NULL or valid during the calls.
    let statuses = unsafe {
        [
            services.CreateClassEnum(text(&class), flags, none, one),
            services.CreateInstanceEnum(text(&class), flags, none, two),
            services.ExecQuery(text(&language), text(&query), flags, none, three),
        ]
    };
    for (status, made) in statuses.iter().zip(made) {
        // SAFETY: NULL or a reference for the caller.
        let made = unsafe { ComPtr::from_raw(made) };
        assert_eq!(made.is_some(), !status.is_error());
    }
    statuses
}

/// A client's refresher by both of its interfaces.
#[derive(Clone)]
pub struct ClientRefresher {
    pub configure: ComPtr<IWbemConfigureRefresher>,
    refresher: ComPtr<IWbemRefresher>,
}

impl ClientRefresher {
    pub fn create() -> ClientRefresher {
        let refresher: ComPtr<IWbemRefresher> = registry::create_instance(clsid::WBEM_REFRESHER).unwrap();
        ClientRefresher { configure: refresher.cast().unwrap(), refresher }
    }

    pub fn refresh(&self, flags: i32) -> Status {
        // SAFETY: no pointers.
        unsafe { self.refresher.Refresh(flags) }
    }

    pub fn remove(&self, id: i32, flags: i32) -> Status {
        // SAFETY: no pointers.
        unsafe { self.configure.Remove(id, flags) }
    }

    /// `AddObjectByPath`; without an object the status has to be an error.
    pub fn add_object(
        &self,
        services: &ComPtr<IWbemServices>,
        path: &str,
        flags: i32,
    ) -> Result<(ComPtr<IWbemClassObject>, i32), Status> {
        let (path, mut id) = (WideString::new(path), -1);
        let object = ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            let (services, path) = (services.as_raw(), path.as_ptr());
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { self.configure.AddObjectByPath(services, path, flags, null_mut(), slot, &raw mut id) }
        })?;
        Ok((object, id))
    }

    pub fn add_enum(
        &self,
        services: &ComPtr<IWbemServices>,
        class: &str,
        flags: i32,
    ) -> Result<(ComPtr<IWbemHiPerfEnum>, i32), Status> {
        let (class, mut id) = (WideString::new(class), -1);
        let found = ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            let (services, class) = (services.as_raw(), class.as_ptr());
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { self.configure.AddEnum(services, class, flags, null_mut(), slot, &raw mut id) }
        })?;
        Ok((found, id))
    }

    /// The statuses of Add calls in which one pointer after another is NULL,
    /// and whether the outs that are there were set to NULL.
    pub fn add_with_nulls(&self, services: &ComPtr<IWbemServices>, path: &str, class: &str) -> Vec<Status> {
        let (services, path, class) = (services.as_raw(), WideString::new(path), WideString::new(class));
        let (path, class) = (path.as_ptr(), class.as_ptr());
        let junk = std::ptr::dangling_mut();
        let (mut object, mut list): (*mut IWbemClassObject, *mut IWbemHiPerfEnum) = (junk, null_mut());
        let (object_out, list_out) = (&raw mut object, &raw mut list);
        let (com, context, id) = (&self.configure, null_mut(), null_mut());
        // SAFETY: every pointer is NULL, or valid for what it is passed as.
        let statuses = unsafe {
            vec![
                com.AddObjectByPath(null_mut(), path, 0, context, object_out, id),
                com.AddObjectByPath(services, null(), 0, context, object_out, id),
                com.AddObjectByPath(services, path, 0, context, null_mut(), id),
                com.AddEnum(null_mut(), class, 0, context, list_out, id),
                com.AddEnum(services, null(), 0, context, list_out, id),
                com.AddEnum(services, class, 0, context, null_mut(), id),
            ]
        };
        assert!(object.is_null() && list.is_null());
        statuses
    }

    /// Adds an object without asking for its id, as the official sample does.
    pub fn add_without_id(&self, services: &ComPtr<IWbemServices>, path: &str) -> ComPtr<IWbemClassObject> {
        let path = WideString::new(path);
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            let (services, path, none) = (services.as_raw(), path.as_ptr(), null_mut());
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { self.configure.AddObjectByPath(services, path, 0, none, slot, null_mut()) }
        })
        .unwrap()
    }

    /// `AddObjectByTemplate`.
    pub fn add_by_template(
        &self,
        services: &ComPtr<IWbemServices>,
        template: &ComPtr<IWbemClassObject>,
        flags: i32,
    ) -> Result<(ComPtr<IWbemClassObject>, i32), Status> {
        let mut id = -1;
        let object = ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
            let (services, template) = (services.as_raw(), template.as_raw());
            let (com, id) = (&self.configure, &raw mut id);
            // SAFETY: every pointer is NULL or valid during the call.
            unsafe { com.AddObjectByTemplate(services, template, flags, null_mut(), slot, id) }
        })?;
        Ok((object, id))
    }

    /// `AddRefresher` of anyone's refresher.
    pub fn add_refresher(&self, child: &ComPtr<IWbemRefresher>, flags: i32) -> Result<i32, Status> {
        let mut id = -1;
        // SAFETY: both pointers are valid during the call.
        let status = unsafe { self.configure.AddRefresher(child.as_raw(), flags, &raw mut id) };
        if status.is_error() { Err(status) } else { Ok(id) }
    }

    /// `AddRefresher` of a refresher of ours.
    pub fn nest(&self, child: &ClientRefresher) -> Result<i32, Status> {
        self.add_refresher(&child.refresher, 0)
    }

    /// AddObjectByTemplate and AddRefresher with NULLs.
    pub fn template_and_refresher_with_nulls(
        &self,
        services: &ComPtr<IWbemServices>,
        template: &ComPtr<IWbemClassObject>,
    ) -> [Status; 4] {
        let (com, services, template) = (&self.configure, services.as_raw(), template.as_raw());
        let (context, id) = (null_mut(), null_mut());
        let mut object: *mut IWbemClassObject = std::ptr::dangling_mut();
        let out = &raw mut object;
        // SAFETY: every pointer is NULL or valid during the call.
        let statuses = unsafe {
            [
                com.AddObjectByTemplate(null_mut(), template, 0, context, out, id),
                com.AddObjectByTemplate(services, null_mut(), 0, context, out, id),
                com.AddObjectByTemplate(services, template, 0, context, null_mut(), id),
                com.AddRefresher(null_mut(), 0, id),
            ]
        };
        assert!(object.is_null());
        statuses
    }
}

/// A refresher that is not ours, and what it does.
pub struct Foreign(Box<dyn Fn(i32) -> Status + Send + Sync>);

com_class! { class Foreign: IWbemRefresher; }

impl Foreign {
    /// One that answers this and does nothing.
    pub fn create(status: Status) -> ComPtr<IWbemRefresher> {
        Foreign::create_with(move |_| status)
    }

    pub fn create_with(refresh: impl Fn(i32) -> Status + Send + Sync + 'static) -> ComPtr<IWbemRefresher> {
        ComPtr::new(Foreign(Box::new(refresh)))
    }
}

impl IWbemRefresher_Impl for Foreign {
    unsafe fn Refresh(&self, flags: i32) -> Status {
        (self.0)(flags)
    }
}

/// `IWbemHiPerfEnum::GetObjects` with room for this many.
pub fn get_objects(
    list: &ComPtr<IWbemHiPerfEnum>,
    room: usize,
) -> (Status, u32, Vec<ComPtr<IWbemObjectAccess>>) {
    let mut slots: Vec<*mut IWbemObjectAccess> = vec![null_mut(); room];
    let (count, mut returned) = (u32::try_from(room).unwrap(), 99);
    // SAFETY: the array has that much room.
    let status = unsafe { list.GetObjects(0, count, slots.as_mut_ptr(), &raw mut returned) };
    // SAFETY: NULL, or references that are the caller's.
    let objects = slots.into_iter().filter_map(|slot| unsafe { ComPtr::from_raw(slot) }).collect();
    (status, returned, objects)
}

/// What a client may not do with an enumerator, and GetObjects with NULLs.
pub fn misuse(list: &ComPtr<IWbemHiPerfEnum>) -> [Status; 6] {
    let id = 1;
    let mut returned = 0;
    // SAFETY: every pointer is NULL or valid during the call.
    unsafe {
        [
            list.AddObjects(0, 0, null(), null()),
            list.RemoveObjects(0, 1, &raw const id),
            list.RemoveAll(0),
            list.GetObjects(0, 0, null_mut(), null_mut()),
            list.GetObjects(0, 1, null_mut(), &raw mut returned),
            list.GetObjects(1, 0, null_mut(), &raw mut returned),
        ]
    }
}

/// The calls that bear a context: adding an object and an enumerator, getting
/// an object, enumerating and querying a class.
pub fn call_with_context(
    services: &ComPtr<IWbemServices>,
    class: &str,
    path: &str,
    context: &Context,
) -> [Status; 5] {
    let refresher = ClientRefresher::create();
    let (wide_class, wide_path) = (WideString::new(class), WideString::new(path));
    let (class, path, query) =
        (Bstr::new(class), Bstr::new(path), Bstr::new(&format!("SELECT * FROM {class}")));
    let language = Bstr::new("WQL");
    let (from, with) = (services.as_raw(), context.as_com().as_raw());
    let (mut object, mut list, mut got) = (null_mut(), null_mut::<IWbemHiPerfEnum>(), null_mut());
    let (mut all, mut found) = (null_mut::<IEnumWbemClassObject>(), null_mut::<IEnumWbemClassObject>());
    let configure = &refresher.configure;
    // SAFETY: every pointer is NULL or valid during the calls.
    let statuses = unsafe {
        [
            configure.AddObjectByPath(from, wide_path.as_ptr(), 0, with, &raw mut object, null_mut()),
            configure.AddEnum(from, wide_class.as_ptr(), 0, with, &raw mut list, null_mut()),
            services.GetObject(path.as_raw(), 0, with, &raw mut got, null_mut()),
            services.CreateInstanceEnum(class.as_raw(), 0, with, &raw mut all),
            services.ExecQuery(language.as_raw(), query.as_raw(), 0, with, &raw mut found),
        ]
    };
    // SAFETY: each is NULL or a reference for the caller.
    unsafe {
        drop((ComPtr::from_raw(object), ComPtr::from_raw(got), ComPtr::from_raw(list)));
        drop((ComPtr::from_raw(all), ComPtr::from_raw(found)));
    }
    statuses
}

/// The objects of a query.
pub fn query(services: &ComPtr<IWbemServices>, text: &str) -> Vec<ComPtr<IWbemClassObject>> {
    let (language, text) = (Bstr::new("WQL"), Bstr::new(text));
    let found: ComPtr<IEnumWbemClassObject> = ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        // SAFETY: every pointer is NULL or valid during the call.
        unsafe { services.ExecQuery(language.as_raw(), text.as_raw(), 0, null_mut(), slot) }
    })
    .unwrap();
    drain(&found)
}

/// The class that `GetObject` gives for no path at all.
pub fn get_nothing(services: &ComPtr<IWbemServices>) -> Result<ComPtr<IWbemClassObject>, Status> {
    ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
        // SAFETY: every pointer is NULL or valid during the call.
        unsafe { services.GetObject(null_mut(), 0, null_mut(), slot, null_mut()) }
    })
}
