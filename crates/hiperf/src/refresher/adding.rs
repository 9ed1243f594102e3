//! What a refresher takes in: objects by path and by template, enumerators,
//! refreshers; and by which way each will be refreshed.
//!
//! ```text
//! class of a hi-perf provider   object: CreateRefreshableObject, or GetObjects at each refresh,
//!                                       or out of an enumerator
//!                               enumerator: CreateRefreshableEnum, or QueryInstances at each refresh
//! any other class               the repository, at each refresh
//! ```
//!
//! Source: lifecycle.md sections 5, 7, 8 and 12.

use std::sync::Arc;

use hiperf_cim::path::ObjectPath;
use hiperf_cim::{Class, Context as _, Error, Instance, Reason, Result, Status};
use hiperf_com::client::RefresherClient;
use hiperf_com::object::{Object, Version};
use hiperf_com::server::Adding;

use super::enumerator::EnumItem;
use super::fetched::{Batch, ClientObject, FetchedEnum, InstanceSource, ListedObject, StoredObject};
use super::nested::{Nested, NestedItem};
use super::object::ObjectItem;
use super::rows::Rows;
use super::{EnumId, ObjectId, Refresher, RefresherId};
use crate::loading::{LoadedProvider, is_hiperf};
use crate::template::{keys_of, template_for};
use crate::{Namespace, serving};

impl Refresher {
    /// Adds the instance with this path, `Class.Name="x"` or `Class=@`. Its
    /// values are there after the next refresh.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT_PATH`: the path is malformed, names a class
    ///   only, lacks a key, or belongs to another namespace.
    /// * `WBEM_E_NOT_FOUND`: there is no such class or no such instance.
    /// * `WBEM_E_INVALID_OPERATION`: the class is of a provider that is not
    ///   hi-perf, or abstract.
    /// * `WBEM_E_PROVIDER_NOT_FOUND`, `WBEM_E_PROVIDER_LOAD_FAILURE` and the
    ///   provider's own errors.
    pub fn add_object(&mut self, namespace: &Namespace, path: &str) -> Result<ObjectId> {
        self.add_object_with(namespace, path, Adding::default())
    }

    /// As [`Refresher::add_object`], with what a COM client says beside.
    pub(crate) fn add_object_with(
        &mut self,
        namespace: &Namespace,
        path: &str,
        adding: Adding<'_>,
    ) -> Result<ObjectId> {
        self.add_path(namespace, path, adding).context(|| format!("adding {path} to the refresher"))
    }

    /// The same for who says himself what was added when it fails.
    pub(crate) fn add_path(
        &mut self,
        namespace: &Namespace,
        path: &str,
        adding: Adding<'_>,
    ) -> Result<ObjectId> {
        let parsed = ObjectPath::parse(path)?;
        namespace.check_path_is_here(&parsed)?;
        let class = namespace.class(&parsed.class)?;
        let template = template_for(&class, &parsed)?;
        self.add_template(namespace, template, adding)
    }

    /// Adds the instance that has the template's keys. Its values are there
    /// after the next refresh; those of the template are not taken over.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`: a key of the template is NULL.
    /// * those of [`Refresher::add_object`].
    pub fn add_object_by_template(&mut self, namespace: &Namespace, template: &Instance) -> Result<ObjectId> {
        let name = template.class().name();
        let get = |key: &str| template.get(key);
        self.add_object_by_keys(namespace, name, &get, Adding::default())
    }

    /// Adds the instance of a class whose keys have the values that `get` gives.
    pub(crate) fn add_object_by_keys(
        &mut self,
        namespace: &Namespace,
        class: &str,
        get: &dyn Fn(&str) -> Result<hiperf_cim::Value>,
        adding: Adding<'_>,
    ) -> Result<ObjectId> {
        let add = |refresher: &mut Self| {
            let class = namespace.class(class)?;
            let template = keys_of(&class, get)?;
            refresher.add_template(namespace, template, adding)
        };
        add(self).context(|| format!("adding an instance of {class} to the refresher"))
    }

    fn add_template(
        &mut self,
        namespace: &Namespace,
        mut template: Instance,
        adding: Adding<'_>,
    ) -> Result<ObjectId> {
        template.decorate(Some(namespace.decoration()));
        let context = namespace.provider_context(template.class(), adding.context)?;
        let adding = Adding { context: context.as_ref(), ..adding };
        let shown = shown_class(namespace, template.class(), adding)?;
        let id = self.next_id();
        if is_stored(template.class())? {
            let stored = StoredObject::new(ClientObject::new(id, &template, &shown)?, namespace);
            stored.check()?;
            self.fetched.stored.push(stored);
            return Ok(ObjectId(id));
        }
        let provider = namespace.hiperf_provider(template.class())?;
        let client_object = Object::new(template.clone().with_texts_of(&shown)?);
        // A host's values are brought right into the object that is its template.
        let is_shared = provider.is_hosted() && Arc::ptr_eq(&shown, template.class());
        let given = if is_shared { client_object.clone() } else { Object::new(template.clone()) };
        let created = self.in_group(&provider, |refresher| {
            provider.create_refreshable_object(refresher, &given, adding.context)
        })?;
        match created {
            Some((provider_object, source)) => {
                client_object.explain(Reason::Stale);
                let (copied_version, copied) = (Version::default(), Status::WBEM_S_NO_ERROR);
                let item = ObjectItem { id, source, provider_object, client_object, copied_version, copied };
                self.objects.push(item);
            }
            None => self.add_substitute(&provider, ClientObject::new(id, &template, &shown)?, adding)?,
        }
        Ok(ObjectId(id))
    }

    /// Adds an object of a provider without CreateRefreshableObject.
    fn add_substitute(
        &mut self,
        provider: &Arc<LoadedProvider>,
        client: ClientObject,
        adding: Adding<'_>,
    ) -> Result<()> {
        let class = client.keys().class().clone();
        if serving::check_get(provider).is_ok() {
            let probe = Object::new(client.keys().clone());
            let probe = std::slice::from_ref(probe.access());
            if serving::get_objects(provider, probe, &class, adding.context)?.is_some() {
                let batches = &mut self.fetched.batches;
                let place = batches.iter().position(|batch| batch.takes(provider, adding.context, &client));
                let place = place.unwrap_or_else(|| {
                    batches.push(Batch::new(provider, adding.context));
                    batches.len() - 1
                });
                batches[place].add(client);
                return Ok(());
            }
        }
        serving::one_of_all(provider, client.keys(), adding.context)?;
        // A list has one class, and a class one provider, so any other's will do.
        let of_class = |listed: &&ListedObject| Arc::ptr_eq(listed.client.keys().class(), &class);
        let enum_id = match self.fetched.listed.iter().find(of_class) {
            Some(listed) => listed.enum_id,
            None => {
                let id = -self.next_id();
                self.add_list(provider, id, (&class, Instance::spawn(&class)), adding)?;
                id
            }
        };
        self.fetched.listed.push(ListedObject::new(client, enum_id));
        Ok(())
    }

    /// Adds all instances of a class, not those of its subclasses. They are
    /// there after the next refresh, which also brings and drops instances.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_CLASS`: there is no such class.
    /// * `WBEM_E_INVALID_OPERATION`: the class is of a provider that is not
    ///   hi-perf, or abstract.
    /// * `WBEM_E_PROVIDER_NOT_FOUND`, `WBEM_E_PROVIDER_LOAD_FAILURE` and the
    ///   provider's own errors.
    pub fn add_enum(&mut self, namespace: &Namespace, class: &str) -> Result<EnumId> {
        self.add_enum_with(namespace, class, Adding::default())
    }

    /// As [`Refresher::add_enum`], with what a COM client says beside.
    pub(crate) fn add_enum_with(
        &mut self,
        namespace: &Namespace,
        class: &str,
        adding: Adding<'_>,
    ) -> Result<EnumId> {
        self.add_instances(namespace, class, adding)
            .context(|| format!("adding the instances of {class} to the refresher"))
    }

    /// The same for who says himself what was added when it fails.
    pub(crate) fn add_instances(
        &mut self,
        namespace: &Namespace,
        class: &str,
        adding: Adding<'_>,
    ) -> Result<EnumId> {
        let unknown = |error: Error| Error::new(Status::WBEM_E_INVALID_CLASS, error.message());
        let class = namespace.class(class).map_err(unknown)?;
        let context = namespace.provider_context(&class, adding.context)?;
        let adding = Adding { context: context.as_ref(), ..adding };
        let mut template = Instance::spawn(&shown_class(namespace, &class, adding)?);
        template.decorate(Some(namespace.decoration()));
        let id = self.next_id();
        if is_stored(&class)? {
            let rows = Rows::new(&class, template);
            let source = InstanceSource::Stored(namespace.clone());
            self.fetched.enums.push(FetchedEnum::new(id, source, rows));
        } else {
            let provider = namespace.hiperf_provider(&class)?;
            self.add_list(&provider, id, (&class, template), adding)?;
        }
        Ok(EnumId(id))
    }

    /// Adds an enumerator of a provider's class; the template is what the
    /// client's objects begin as.
    fn add_list(
        &mut self,
        provider: &Arc<LoadedProvider>,
        id: i32,
        (class, template): (&Arc<Class>, Instance),
        adding: Adding<'_>,
    ) -> Result<()> {
        let rows = match provider.is_hosted() {
            true => Rows::of_host(class, template.clone()),
            false => Rows::new(class, template.clone()),
        };
        let created = self.in_group(provider, |refresher| {
            let target = rows.list().for_provider();
            let id = provider.create_refreshable_enum(refresher, class, adding.context, target)?;
            Ok(id.map(|id| ((), id)))
        })?;
        match created {
            Some(((), source)) => {
                let copied = Status::WBEM_S_NO_ERROR;
                self.enums.push(EnumItem { id, source, rows, copied });
            }
            None => {
                let source = InstanceSource::Queried(provider.clone(), adding.context.cloned());
                // What can't be queried now never will be.
                source.instances(class)?;
                let rows = Rows::new(class, template);
                self.fetched.enums.push(FetchedEnum::new(id, source, rows));
            }
        }
        Ok(())
    }

    /// Nests a refresher: it is refreshed together with this one, after
    /// everything of this one's own. [`Refresher::nested_mut`] gives access
    /// to it.
    pub fn add_refresher(&mut self, refresher: Refresher) -> RefresherId {
        let id = self.next_id();
        self.nested.push(NestedItem::new(id, Nested::Own(Box::new(refresher))));
        RefresherId(id)
    }

    /// Nests a COM client's refresher, which has been looked at.
    pub(crate) fn add_com_refresher(&mut self, refresher: RefresherClient) -> RefresherId {
        let id = self.next_id();
        self.nested.push(NestedItem::new(id, Nested::Com(refresher)));
        RefresherId(id)
    }

    /// Removes the enumerators that no listed object needs any more.
    pub(super) fn remove_unused_lists(&mut self) {
        let ids = self.enums.iter().map(|item| item.id).chain(self.fetched.enums.iter().map(|item| item.id));
        let is_used = |id: i32| self.fetched.listed.iter().any(|listed| listed.enum_id == id);
        let unused: Vec<i32> = ids.filter(|&id| id < 0 && !is_used(id)).collect();
        for id in unused {
            self.remove_item(id);
        }
    }
}

/// The class that the client's objects are of: with [`Adding::amended`] the one
/// with the texts of the connection's locale. Its layout is the same, so a
/// refresh copies from the provider's objects, which are of the plain one.
fn shown_class(namespace: &Namespace, class: &Arc<Class>, adding: Adding<'_>) -> Result<Arc<Class>> {
    if adding.amended { namespace.texts().amended(class) } else { Ok(class.clone()) }
}

/// Whether the instances of a class are stored in the repository.
///
/// # Errors
/// `WBEM_E_INVALID_OPERATION`: it has none, or only a provider knows them that
/// is not hi-perf.
fn is_stored(class: &Class) -> Result<bool> {
    if class.is_abstract() {
        let message = format!("class {} is abstract: only its subclasses have instances", class.name());
        return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message));
    }
    if !is_hiperf(class) && class.qualifiers().is_true("dynamic") {
        let message = format!("class {} is not served by a hi-perf provider", class.name());
        return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message));
    }
    Ok(!is_hiperf(class))
}
