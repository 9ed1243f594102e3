//! [`Rows`]: the instances of an enumerator as the client sees them, and the
//! list that they are made to match.
//!
//! A provider may empty its list and fill it again in each refresh, or tell the
//! difference; the client sees the same either way. An instance is the same as
//! before when its id and its keys are: it keeps its object. A namesake under
//! another id is a new instance. But when a known id bears other keys, ids are
//! no more than places in a list, and whose keys were there before is the same.
//!
//! Source: lifecycle.md section 9.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use hiperf_cim::{Class, Instance, Reason, Status};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::{Object, Version};

use crate::serving;

/// The instances of an enumerator.
pub(super) struct Rows {
    /// A new client object: without values, but with server and namespace.
    template: Instance,
    /// What the provider writes.
    list: Arc<ObjectList>,
    /// The version of `list` that `rows` reflect.
    list_version: u64,
    rows: Vec<Row>,
    /// Whether the provider's objects are the client's, all of them.
    is_shared: bool,
    /// Changes whenever instances come or go.
    version: u64,
    last_identity: i32,
    /// The list behind the client's `IWbemHiPerfEnum`, if a COM client has one.
    client_list: Option<Arc<ObjectList>>,
    /// Client objects without an instance, for instances to come, unless those
    /// bring their own.
    spare: Vec<Object>,
}

/// One instance of an enumerator.
struct Row {
    /// The provider's id.
    id: i32,
    /// The refresher's: no other instance of the enumerator has had it.
    identity: i32,
    provider_object: Object,
    client_object: Object,
    /// The version of the provider's object that the client's is a copy of.
    copied: Version,
}

impl Rows {
    /// No instances of `class` yet; `template` is what the client's begin as.
    pub fn new(class: &Arc<Class>, template: Instance) -> Rows {
        Rows::of_list(ObjectList::new(class.clone()), template)
    }

    /// The same for a provider in a host: [`crate::hosting`] brings its values
    /// right into the client's objects.
    pub fn of_host(class: &Arc<Class>, template: Instance) -> Rows {
        Rows::of_list(ObjectList::of_client_objects(class.clone(), template.clone()), template)
    }

    fn of_list(list: Arc<ObjectList>, template: Instance) -> Rows {
        Rows {
            template,
            list_version: list.version(),
            list,
            rows: Vec::new(),
            is_shared: false,
            version: 0,
            last_identity: 0,
            client_list: None,
            spare: Vec::new(),
        }
    }

    /// The list that the rows are made to match.
    pub fn list(&self) -> &Arc<ObjectList> {
        &self.list
    }

    /// A number that changes whenever instances come or go.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The client's objects, in order.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.rows.iter().map(|row| &row.client_object)
    }

    /// The same with the identity of each.
    pub fn identified(&self) -> impl ExactSizeIterator<Item = (i32, &Object)> {
        self.rows.iter().map(|row| (row.identity, &row.client_object))
    }

    /// The list of the client's objects; from now on it is kept up to date.
    pub fn client_list(&mut self) -> Arc<ObjectList> {
        let make = || {
            let list = ObjectList::new(self.template.class().clone());
            list.replace(self.rows.iter().map(|row| (row.identity, row.client_object.clone())));
            list
        };
        self.client_list.get_or_insert_with(make).clone()
    }

    /// Brings the client's rows up to date with the list.
    pub fn copy(&mut self) -> Result<(), Status> {
        let version = self.list.version();
        if version != self.list_version {
            if !self.relink() {
                self.reconcile();
            }
            self.list_version = version;
            self.is_shared =
                self.rows.iter().all(|row| row.client_object.is_same_object(&row.provider_object));
        }
        if self.is_shared {
            return Ok(());
        }
        self.rows
            .iter_mut()
            .try_for_each(|row| row.client_object.copy_changes(&row.provider_object, &mut row.copied))
    }

    /// Says why the rows still lack what they lack. They are no copies any more
    /// of what their provider has.
    pub fn explain(&mut self, reason: Reason) {
        for row in &mut self.rows {
            row.client_object.explain(reason);
            row.copied = Version::default();
        }
    }

    /// Whether the list was filled with the same instances in the same order,
    /// as a provider does that rebuilds it: then nothing but the provider's
    /// objects can be others.
    fn relink(&mut self) -> bool {
        let (rows, mut place, mut same) = (&mut self.rows, 0, true);
        self.list.for_each(|id, object| {
            match rows.get_mut(place) {
                Some(row) if same && row.is(id, object) => {
                    if !row.provider_object.is_same_object(object) {
                        row.provider_object = object.clone();
                        row.copied = Version::default();
                    }
                }
                _ => same = false,
            }
            place += 1;
        });
        same && place == rows.len()
    }

    /// Makes the rows those of the list. The objects of instances that are gone
    /// wait for new ones, unless a client still holds them.
    fn reconcile(&mut self) {
        let mut listed = Vec::new();
        self.list.for_each(|id, object| listed.push((id, object.clone())));
        let mut before = Before::new(std::mem::take(&mut self.rows));
        let mut same = before.take_same(&listed);
        for ((id, provider_object), row) in listed.into_iter().zip(&mut same) {
            let row = match row.take() {
                Some(row) => Row { id, provider_object, copied: Version::default(), ..row },
                None => {
                    let client_object = match self.list.is_of_client_objects() {
                        true => provider_object.clone(),
                        false => self.spare.pop().unwrap_or_else(|| Object::new(self.template.clone())),
                    };
                    self.last_identity = self.last_identity.wrapping_add(1);
                    let (identity, copied) = (self.last_identity, Version::default());
                    Row { id, identity, provider_object, client_object, copied }
                }
            };
            self.rows.push(row);
        }
        self.version += 1;
        // First, because the list holds the gone ones too.
        if let Some(list) = &self.client_list {
            list.replace(self.rows.iter().map(|row| (row.identity, row.client_object.clone())));
        }
        if self.list.is_of_client_objects() {
            return;
        }
        let gone = before.rows.into_iter().flatten().map(|row| row.client_object);
        self.spare.extend(gone.filter(Object::is_unshared));
    }
}

/// The rows of the refresh before, until each is found again.
struct Before {
    rows: Vec<Option<Row>>,
    places: HashMap<i32, usize>,
}

impl Before {
    fn new(rows: Vec<Row>) -> Before {
        let places = rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
        Before { rows: rows.into_iter().map(Some).collect(), places }
    }

    /// The row that each of the listed instances had, if it was there.
    fn take_same(&mut self, listed: &[(i32, Object)]) -> Vec<Option<Row>> {
        let mut ids_are_places = false;
        let by_id = |(id, object): &(i32, Object)| {
            let row = &mut self.rows[*self.places.get(id)?];
            if row.as_ref()?.is(*id, object) {
                return row.take();
            }
            ids_are_places = true;
            None
        };
        let mut same: Vec<Option<Row>> = listed.iter().map(by_id).collect();
        if ids_are_places {
            self.take_by_keys(listed, &mut same);
        }
        same
    }

    /// The provider numbers its list from the beginning each time, so ids don't
    /// tell instances apart. Keys have to.
    fn take_by_keys(&mut self, listed: &[(i32, Object)], same: &mut [Option<Row>]) {
        let path = |object: &Object| serving::key_path(&object.to_instance());
        let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            if let Some(row) = row {
                places.entry(path(&row.client_object)).or_default().push_back(place);
            }
        }
        for ((_, object), found) in listed.iter().zip(same).filter(|(_, found)| found.is_none()) {
            let place = places.get_mut(&path(object)).and_then(VecDeque::pop_front);
            *found = place.and_then(|place| self.rows[place].take());
        }
    }
}

impl Row {
    /// Whether the provider's object under this id is this row's instance.
    fn is(&self, id: i32, provider_object: &Object) -> bool {
        self.id == id && self.client_object.has_keys_of(provider_object)
    }
}
