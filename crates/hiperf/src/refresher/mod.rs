//! [`Refresher`]: brings objects of many providers up to date in one call.
//!
//! ```text
//! add_object, add_enum     once: class -> provider -> its refresher -> its object or enumerator,
//!                          and beside each of the provider's objects one of the client's
//! refresh                  1. every provider's refresher writes the provider's objects
//!                          2. their blocks are copied to the client's objects
//! object, instances        the client reads its own objects, between two refreshes
//! ```
//!
//! Because the provider's objects and the client's are different ones, a
//! reader never sees half a refresh; because `refresh` takes `&mut self`, a
//! program that reads during one does not compile:
//!
//! ```compile_fail,E0502
//! # fn example(namespace: &hiperf::Namespace) -> hiperf::Result<()> {
//! let mut refresher = hiperf::Refresher::new();
//! let memory = refresher.add_object(namespace, "Win32_PerfRawData_PerfOS_Memory=@")?;
//! let object = refresher.object(memory)?;
//! refresher.refresh()?;
//! println!("{}", object.get("AvailableBytes")?); // `object` was borrowed before the refresh
//! # Ok(()) }
//! ```
//!
//! What is read has to be read before, or asked for again after:
//!
//! ```no_run
//! # fn example(namespace: &hiperf::Namespace) -> hiperf::Result<()> {
//! let mut refresher = hiperf::Refresher::new();
//! let memory = refresher.add_object(namespace, "Win32_PerfRawData_PerfOS_Memory=@")?;
//! let object = refresher.object(memory)?;
//! println!("{}", object.get("AvailableBytes")?);
//! refresher.refresh()?;
//! println!("{}", refresher.object(memory)?.get("AvailableBytes")?);
//! # Ok(()) }
//! ```
//!
//! A refresh of an unchanged set of instances allocates nothing and opens
//! nothing. When instances come and go, the client's objects of the gone ones
//! are kept for the new ones.
//!
//! Source: the documentation of `IWbemRefresher` and
//! `IWbemConfigureRefresher`; lifecycle.md sections 5, 9 and 12.

mod enumerator;
mod group;
mod object;

use std::sync::Arc;

use hiperf_cim::path::ObjectPath;
use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status};
use hiperf_com::client::Context;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;

use crate::template::template_for;
use crate::{InstanceRef, Namespace};
use enumerator::EnumItem;
use group::{Group, Source};
use object::ObjectItem;

/// An object added by [`Refresher::add_object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId(i32);

/// An enumerator added by [`Refresher::add_enum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnumId(i32);

impl From<ObjectId> for i32 {
    fn from(id: ObjectId) -> i32 {
        id.0
    }
}

impl From<EnumId> for i32 {
    fn from(id: EnumId) -> i32 {
        id.0
    }
}

/// How complete a refresh was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// Every object is up to date.
    Complete,
    /// Some are not: [`Refresher::status`] tells whose.
    Partial,
}

/// A set of refreshable objects and enumerators.
#[derive(Default)]
pub struct Refresher {
    groups: Vec<Group>,
    objects: Vec<ObjectItem>,
    enums: Vec<EnumItem>,
    last_id: i32,
}

impl Refresher {
    /// An empty refresher.
    #[must_use]
    pub fn new() -> Refresher {
        Refresher::default()
    }

    /// Adds the instance with this path, `Class.Name="x"` or `Class=@`. Its
    /// values are there after the next refresh.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT_PATH`: the path is malformed, names a class
    ///   only, lacks a key, or belongs to another namespace.
    /// * `WBEM_E_NOT_FOUND`: there is no such class or no such instance.
    /// * `WBEM_E_INVALID_OPERATION`: the class is not of a hi-perf provider.
    /// * `WBEM_E_PROVIDER_NOT_FOUND`, `WBEM_E_PROVIDER_LOAD_FAILURE` and the
    ///   provider's own errors.
    pub fn add_object(&mut self, namespace: &Namespace, path: &str) -> Result<ObjectId> {
        self.add_object_with(namespace, path, None)
    }

    /// As [`Refresher::add_object`], with a context for the provider.
    pub(crate) fn add_object_with(
        &mut self,
        namespace: &Namespace,
        path: &str,
        context: Option<&Context>,
    ) -> Result<ObjectId> {
        let add = |refresher: &mut Self| {
            let parsed = ObjectPath::parse(path)?;
            namespace.check_path_is_here(&parsed)?;
            let class = namespace.class(&parsed.class)?;
            let template = template_for(&class, &parsed)?;
            refresher.add_template(namespace, template, context)
        };
        add(self).context(|| format!("adding {path} to the refresher"))
    }

    fn add_template(
        &mut self,
        namespace: &Namespace,
        mut template: Instance,
        context: Option<&Context>,
    ) -> Result<ObjectId> {
        template.decorate(Some(namespace.decoration()));
        let group = self.group(namespace, template.class())?;
        let Group { provider, refresher, .. } = &self.groups[group];
        let client_object = Object::new(template.clone());
        let template = Object::new(template);
        let (access, provider_id) =
            provider.client().create_refreshable_object(refresher, template.access(), context)?;
        let stop = |error| {
            let _already_failing = provider.client().stop_refreshing(refresher, provider_id);
            Err(error)
        };
        let Some(provider_object) = Object::from_access(&access) else {
            let message = format!(
                "provider {} returned an object that hiperf did not make; it must clone the template",
                provider.name()
            );
            return stop(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        };
        if provider_object.is_class() {
            let (name, class) = (provider.name(), client_object.class().name());
            let message =
                format!("provider {name} returned a class, not an instance, asked for an object of {class}");
            return stop(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        }
        if !provider_object.class().is_same(client_object.class()) {
            let message = format!(
                "provider {} returned an object of class {}, asked for {}",
                provider.name(),
                provider_object.class().name(),
                client_object.class().name()
            );
            return stop(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        }
        let id = self.next_id();
        let source = Source { group, provider_id };
        self.groups[group].uses += 1;
        self.objects.push(ObjectItem { id, source, provider_object, client_object });
        Ok(ObjectId(id))
    }

    /// Adds all instances of a class, not those of its subclasses. They are
    /// there after the next refresh, which also brings and drops instances.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_CLASS`: there is no such class.
    /// * `WBEM_E_INVALID_OPERATION`: the class is not of a hi-perf provider.
    /// * `WBEM_E_PROVIDER_NOT_FOUND`, `WBEM_E_PROVIDER_LOAD_FAILURE` and the
    ///   provider's own errors.
    pub fn add_enum(&mut self, namespace: &Namespace, class: &str) -> Result<EnumId> {
        self.add_enum_with(namespace, class, None)
    }

    /// As [`Refresher::add_enum`], with a context for the provider.
    pub(crate) fn add_enum_with(
        &mut self,
        namespace: &Namespace,
        class: &str,
        context: Option<&Context>,
    ) -> Result<EnumId> {
        let add = |refresher: &mut Self| -> Result<_> {
            let unknown = |error: Error| Error::new(Status::WBEM_E_INVALID_CLASS, error.message());
            let class = namespace.class(class).map_err(unknown)?;
            let group = refresher.group(namespace, &class)?;
            let provider_list = ObjectList::new(class.clone());
            let Group { provider, refresher: from, .. } = &refresher.groups[group];
            let provider_id = provider.client().create_refreshable_enum(
                from,
                class.name(),
                context,
                provider_list.for_provider(),
            )?;
            let mut template = Instance::spawn(&class);
            template.decorate(Some(namespace.decoration()));
            let id = refresher.next_id();
            refresher.groups[group].uses += 1;
            refresher.enums.push(EnumItem {
                id,
                source: Source { group, provider_id },
                template,
                version: provider_list.version(),
                provider_list,
                rows: Vec::new(),
                client_list: None,
                spare: Vec::new(),
            });
            Ok(EnumId(id))
        };
        add(self).context(|| format!("adding the instances of {class} to the refresher"))
    }

    /// Gives an object, or the objects of an enumerator, that were added just
    /// now the texts of the connection's locale: those of the client's class.
    ///
    /// # Errors
    /// Those of reading the texts; then the item is removed again.
    pub(crate) fn amend(&mut self, namespace: &Namespace, id: i32) -> Result<()> {
        let amended = |instance: Instance| {
            let class = namespace.texts().amended(instance.class())?;
            Ok::<_, Error>(instance.with_texts_of(&class)?)
        };
        let done = if let Some(item) = self.objects.iter_mut().find(|item| item.id == id) {
            amended(item.client_object.to_instance()).map(|one| item.client_object = Object::new(one))
        } else if let Some(item) = self.enums.iter_mut().find(|item| item.id == id) {
            amended(item.template.clone()).map(|template| item.template = template)
        } else {
            Err(removed(id))
        };
        if done.is_err() {
            self.remove(id)?;
        }
        done
    }

    /// Removes an object or an enumerator; its provider stops refreshing it.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none with this id.
    pub fn remove(&mut self, id: impl Into<i32>) -> Result<()> {
        let id = id.into();
        let source = if let Some(index) = self.objects.iter().position(|item| item.id == id) {
            self.objects.remove(index).source
        } else if let Some(index) = self.enums.iter().position(|item| item.id == id) {
            self.enums.remove(index).source
        } else {
            let message = format!("the refresher has no object or enumerator {id}");
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
        };
        let Group { provider, refresher, uses, .. } = &mut self.groups[source.group];
        *uses -= 1;
        // The item is gone from here whatever the provider says of it.
        let _provider_answer = provider.client().stop_refreshing(refresher, source.provider_id);
        Ok(())
    }

    /// Brings every object up to date.
    ///
    /// # Errors
    /// The first provider's error when every provider failed. When only some
    /// did, the refresh is [`Refreshed::Partial`], and what failed keeps its
    /// last values.
    pub fn refresh(&mut self) -> Result<Refreshed, Status> {
        self.refresh_with(AUTO_RECONNECT)
    }

    pub(crate) fn refresh_with(&mut self, flags: i32) -> Result<Refreshed, Status> {
        for group in self.groups.iter_mut().filter(|group| group.uses > 0) {
            group.status = group.refresher.refresh(flags);
        }
        for item in &mut self.objects {
            let group = &mut self.groups[item.source.group];
            if !group.status.is_error() {
                group.note(item.client_object.copy_from(&item.provider_object));
            }
        }
        for item in &mut self.enums {
            let group = &mut self.groups[item.source.group];
            if !group.status.is_error() {
                group.note(item.copy());
            }
        }
        self.outcome()
    }

    fn outcome(&self) -> Result<Refreshed, Status> {
        let used = || self.groups.iter().filter(|group| group.uses > 0).map(|group| group.status);
        if used().all(|status| status == Status::WBEM_S_NO_ERROR) {
            return Ok(Refreshed::Complete);
        }
        match used().find(|status| status.is_error()) {
            Some(first) if used().all(Status::is_error) => Err(first),
            _ => Ok(Refreshed::Partial),
        }
    }

    /// How the latest refresh went for the provider that an object or an
    /// enumerator is from; `None` for an unknown id.
    #[must_use]
    pub fn status(&self, id: impl Into<i32>) -> Option<Status> {
        let id = id.into();
        let objects = self.objects.iter().map(|item| (item.id, &item.source));
        let enums = self.enums.iter().map(|item| (item.id, &item.source));
        let (_, source) = objects.chain(enums).find(|(known, _)| *known == id)?;
        Some(self.groups[source.group].status)
    }

    /// The object's values as of the latest refresh; before the first one its
    /// keys alone.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn object(&self, id: ObjectId) -> Result<InstanceRef<'_>> {
        match self.objects.iter().find(|item| item.id == id.0) {
            Some(item) => Ok(InstanceRef::new(&item.client_object)),
            None => Err(removed(id.0)),
        }
    }

    /// The instances that the enumerator had at the latest refresh, in the
    /// order in which the provider added them.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn instances(&self, id: EnumId) -> Result<impl ExactSizeIterator<Item = InstanceRef<'_>>> {
        match self.enums.iter().find(|item| item.id == id.0) {
            Some(item) => Ok(item.rows.iter().map(|row| InstanceRef::new(&row.client_object))),
            None => Err(removed(id.0)),
        }
    }

    /// The instances with the ids their provider gave them, and a version that
    /// changes whenever instances come or go.
    pub(crate) fn identified_instances(
        &self,
        id: EnumId,
    ) -> Result<(u64, impl ExactSizeIterator<Item = (i32, &Object)>)> {
        match self.enums.iter().find(|item| item.id == id.0) {
            Some(item) => Ok((item.version, item.rows.iter().map(|row| (row.id, &row.client_object)))),
            None => Err(removed(id.0)),
        }
    }

    /// The client's object itself, for a COM client.
    pub(crate) fn client_object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.iter().find(|item| item.id == id.0).map(|item| &item.client_object)
    }

    /// The list of the client's objects, for a COM client. From now on every
    /// refresh keeps it up to date.
    pub(crate) fn client_list(&mut self, id: EnumId) -> Option<Arc<ObjectList>> {
        let item = self.enums.iter_mut().find(|item| item.id == id.0)?;
        let list = item.client_list.get_or_insert_with(|| ObjectList::new(item.template.class().clone()));
        Some(list.clone())
    }

    fn next_id(&mut self) -> i32 {
        // Positive and never used again; 2^31 additions are out of reach.
        self.last_id += 1;
        self.last_id
    }

    /// The group of the class's provider, made at its first use.
    fn group(&mut self, namespace: &Namespace, class: &Class) -> Result<usize> {
        let provider = namespace.hiperf_provider(class)?;
        if let Some(index) = self.groups.iter().position(|group| Arc::ptr_eq(&group.provider, &provider)) {
            return Ok(index);
        }
        let refresher = provider.client().create_refresher()?;
        self.groups.push(Group { provider, refresher, uses: 0, status: Status::WBEM_S_NO_ERROR });
        Ok(self.groups.len() - 1)
    }
}

/// `WBEM_FLAG_REFRESH_AUTO_RECONNECT`, the default.
const AUTO_RECONNECT: i32 = 0;

fn removed(id: i32) -> Error {
    Error::new(Status::WBEM_E_NOT_FOUND, format!("the refresher has no object or enumerator {id} any more"))
}
