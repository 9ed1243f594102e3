//! Whether the files of a repository are whole and agree with each other.
//!
//! Nothing is changed, and nothing is mended: the store is looked at in a copy
//! in memory, because redb mends what it opens.

use std::io;
use std::sync::Mutex;

use hiperf_cim::{Error, Result};
use redb::StorageBackend;

use super::key::{Kind, describe, parts};
use super::layer::Layer;
use super::log::Log;
use super::store::{IMAGE, LOG, STORE, builder, generation_in, objects_in};
use super::view::View;
use super::{Repository, fold};

/// What a verification has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The number of the last transaction.
    pub generation: u64,
    /// Classes that are stored.
    pub classes: usize,
    /// Instances that are stored.
    pub instances: usize,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
    /// What a writer left that was killed: nothing that anybody was told is
    /// stored. The next writer clears it away.
    pub leftovers: Vec<String>,
}

/// Something wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: &'static str,
    /// What is wrong with it.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

const REBUILD: &str = "`hiperf repository rebuild` makes it anew from the MOF";
const REWRITE: &str = "`hiperf repository rebuild`, or the next change, makes it anew from the store";

impl Repository {
    /// Reads all files of this user's repository, and checks every checksum and
    /// every object. A repository that was never written to is whole.
    ///
    /// # Errors
    /// `WBEM_E_ACCESS_DENIED`: this user may not read the store.
    pub fn verify(&self) -> Result<Verified> {
        let store = self.store()?;
        let disk = store.disk();
        let reading = |name: &'static str| {
            move |error: io::Error| {
                let status = match error.kind() {
                    io::ErrorKind::PermissionDenied => hiperf_cim::Status::WBEM_E_ACCESS_DENIED,
                    _ => hiperf_cim::Status::WBEM_E_FAILED,
                };
                Error::new(status, format!("reading {name}: {error}"))
            }
        };
        let exists =
            |name: &'static str| Ok::<_, Error>(disk.identity(name).map_err(reading(name))?.is_some());
        let mut verified = Verified::default();
        if !exists(STORE)? && !exists(IMAGE)? && !exists(LOG)? {
            return Ok(verified);
        }
        // Nobody writes meanwhile, so that the files belong together.
        let _lock = disk.lock().map_err(reading("the lock"))?;
        let mut faults = Vec::new();
        let mut fault = |file, what: String, remedy| faults.push(Fault { file, what, remedy });

        let stored = match disk.read(STORE).map_err(reading(STORE))? {
            None => Err("it is missing".to_owned()),
            Some(bytes) => read_store(bytes),
        };
        if let Err(what) = &stored {
            fault(STORE, what.clone(), REBUILD);
        }
        match disk
            .image(IMAGE)
            .and_then(|image| image.map(|image| image.verify().map(|()| image)).transpose())
        {
            Ok(None) => fault(IMAGE, "it is missing".into(), REWRITE),
            Err(error) => fault(IMAGE, error.message().to_owned(), REWRITE),
            Ok(Some(image)) => {
                if let Ok((generation, objects)) = &stored {
                    if image.generation() + 1 == *generation {
                        let what = format!("transaction {generation} is stored and not published yet");
                        verified.leftovers.push(what);
                    } else if image.generation() != *generation {
                        let what = format!(
                            "it is of transaction {}, and the store of {generation}",
                            image.generation()
                        );
                        fault(IMAGE, what, REWRITE);
                    } else if let Some(what) = difference(&Layer::new(image.into()), objects)? {
                        fault(IMAGE, format!("it is not what the store holds: {what}"), REBUILD);
                    }
                }
            }
        }
        let log = Log::read(&disk.read(LOG).map_err(reading(LOG))?.unwrap_or_default());
        let log_end = log.records.last().map_or(0, |(_, end)| *end);
        let has_all = stored.as_ref().is_ok_and(|(generation, _)| log.generation() >= *generation);
        for (at, what) in &log.damage {
            if *at >= log_end && has_all {
                verified.leftovers.push(format!("the log ends in a piece of a transaction: {what}"));
            } else {
                fault(LOG, format!("at byte {at}: {what}"), REWRITE);
            }
        }
        if let Ok((generation, objects)) = stored {
            verified.generation = generation;
            let last = log.generation();
            if last == generation + 1 {
                verified.leftovers.push(format!("transaction {last} is in the log and not stored"));
            } else if last > generation {
                fault(LOG, format!("it goes to transaction {last}, and the store to {generation}"), REBUILD);
            } else if last < generation && log.damage.is_empty() {
                fault(LOG, format!("it goes to transaction {last}, and the store to {generation}"), REWRITE);
            }
            let mut layers = vec![objects];
            layers.extend(self.lower_layers()?);
            let view = View::new(layers, None);
            for (key, record) in view.layers[0].scan(b"").flatten() {
                match check_object(&view, key, record) {
                    Ok(Kind::Class) => verified.classes += 1,
                    Ok(Kind::Instance) => verified.instances += 1,
                    Ok(_) => {}
                    Err(error) => fault(STORE, format!("{}: {}", describe(key), error.message()), REBUILD),
                }
            }
        }
        verified.faults = faults;
        Ok(verified)
    }
}

/// Whether a record is what its key says.
fn check_object(view: &View, key: &[u8], record: &[u8]) -> Result<Kind> {
    let wrong = |what: &str| Error::new(hiperf_cim::Status::WBEM_E_CRITICAL_ERROR, what);
    let (kind, namespace, name) = parts(key).ok_or_else(|| wrong("its key is none"))?;
    if !view.has_namespace(namespace)? {
        return Err(wrong("its namespace is not there"));
    }
    match kind {
        Kind::Namespace | Kind::Qualifier => {
            std::str::from_utf8(record).map_err(|_| wrong("it is no text"))?;
        }
        Kind::Class => {
            let class = view.class(namespace, name)?.ok_or_else(|| wrong("it is not there"))?;
            if fold(class.name()) != name {
                return Err(wrong("it has another name than its key"));
            }
        }
        Kind::Instance => {
            let instance = view.instance(namespace, name)?.ok_or_else(|| wrong("it is not there"))?;
            if instance.relpath().map(|path| fold(&path)).as_deref() != Some(name) {
                return Err(wrong("it has another path than its key"));
            }
        }
    }
    Ok(kind)
}

/// The first key whose record is not the same in both.
fn difference(one: &Layer, other: &Layer) -> Result<Option<String>> {
    let mut others = other.scan(b"");
    for object in one.scan(b"") {
        let (key, record) = object?;
        match others.next().transpose()? {
            Some(same) if same == (key, record) => {}
            Some((other, _)) => return Ok(Some(describe(other.min(key)))),
            None => return Ok(Some(describe(key))),
        }
    }
    Ok(others.next().transpose()?.map(|(key, _)| describe(key)))
}

/// The number of the last transaction and all objects of a store.
fn read_store(bytes: Vec<u8>) -> Result<(u64, Layer), String> {
    if bytes.is_empty() {
        return Err("it is empty".into());
    }
    // What redb can't check before it trusts it may make it panic.
    let open = move || -> Result<(u64, Layer), redb::Error> {
        let write = builder().create_with_backend(Copy(Mutex::new(bytes)))?.begin_write()?;
        Ok((generation_in(&write)?, objects_in(&write)?))
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(open)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it can't be read".into()),
    }
}

/// A store in memory, which nobody else has.
#[derive(Debug)]
struct Copy(Mutex<Vec<u8>>);

impl Copy {
    fn range(bytes: &[u8], offset: u64, len: usize) -> io::Result<std::ops::Range<usize>> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let end = start.checked_add(len).filter(|end| *end <= bytes.len());
        end.map(|end| start..end).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// The locks of a store that nobody else has, which are always to be had.
macro_rules! locks {
    () => {
        locks! {
            try_lock_range -> bool = true;
            try_lock_shared_range -> bool = true;
            lock_range -> () = ();
            lock_shared_range -> () = ();
            unlock_range -> () = ();
            query_lock_range -> bool = false;
        }
    };
    ($($name:ident -> $answer:ty = $value:expr;)+) => {$(
        fn $name(
            &self,
            _: std::ops::Bound<u64>,
            _: std::ops::Bound<u64>,
        ) -> std::result::Result<$answer, redb::BackendError> {
            Ok($value)
        }
    )+};
}
#[cfg(test)]
pub(in crate::repository) use locks;

impl StorageBackend for Copy {
    fn len(&self) -> io::Result<u64> {
        Ok(crate::namespace::lock(&self.0).len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = crate::namespace::lock(&self.0);
        out.copy_from_slice(&bytes[Copy::range(&bytes, offset, out.len())?]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        crate::namespace::lock(&self.0).resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = crate::namespace::lock(&self.0);
        let range = Copy::range(&bytes, offset, data.len())?;
        bytes[range].copy_from_slice(data);
        Ok(())
    }

    locks!();
}
