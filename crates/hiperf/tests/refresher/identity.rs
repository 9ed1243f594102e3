//! Which instance is the same as before, whatever a provider does with its
//! enumerator: as the cooker, which keeps samples of each, shows it.

use std::sync::{Arc, Mutex};

use hiperf::{Error, Refreshed, Refresher, Status, Value};

use crate::hooks::{Hooks, serve, spawn};
use crate::{check_rows, rows};

/// The instances of the next refresh: id, name and count.
type Listing = Arc<Mutex<Vec<(i32, &'static str, u64)>>>;

/// A provider that lists these, by rebuild or by difference.
fn lister(listing: &Listing, rebuilds: bool) -> Hooks {
    let shared = listing.clone();
    let refresh = move |refresher: &mut crate::hooks::HookRefresher| {
        let failed = |error: Error| error.status();
        let listing = shared.lock().unwrap().clone();
        for (_, target, class, known) in &mut refresher.enums {
            let mut objects = Vec::new();
            for (_, name, count) in &listing {
                let object = spawn(class, name).map_err(failed)?;
                object.put("Count", &Value::Uint64(*count)).map_err(failed)?;
                objects.push(object);
            }
            let ids: Vec<i32> = listing.iter().map(|(id, ..)| *id).collect();
            if rebuilds {
                target.remove_all()?;
                target.add_objects(&ids, &objects)?;
                continue;
            }
            // Those that stay are written where they are.
            let old: Vec<i32> = known.iter().map(id_of).collect();
            let gone: Vec<i32> = old.iter().copied().filter(|id| !ids.contains(id)).collect();
            target.remove_objects(&gone)?;
            known.retain(|object| !gone.contains(&id_of(object)));
            for ((id, _, count), object) in listing.iter().zip(objects) {
                object
                    .put("Frequency_Object", &Value::Uint64(u64::try_from(*id).unwrap()))
                    .map_err(failed)?;
                match known.iter().find(|known| id_of(known) == *id) {
                    Some(kept) => kept.put("Count", &Value::Uint64(*count)).map_err(failed)?,
                    None => {
                        target.add_objects(&[*id], std::slice::from_ref(&object))?;
                        known.push(object);
                    }
                }
            }
        }
        Ok(Status::WBEM_S_NO_ERROR)
    };
    Hooks { refresh: Box::new(refresh), ..Hooks::default() }
}

/// The difference keeps an instance's id in a property that nobody reads.
fn id_of(object: &hiperf_com::access::ObjectAccess) -> i32 {
    match object.get("Frequency_Object") {
        Ok(Value::Uint64(id)) => i32::try_from(id).unwrap(),
        _ => 0,
    }
}

#[test]
fn rebuild_and_difference_give_the_same_view() {
    let listing = Listing::default();
    let mut refresher = Refresher::new();
    let lists = [true, false].map(|rebuilds| {
        let (namespace, class) = serve(&format!("Lists{rebuilds}"), lister(&listing, rebuilds));
        refresher.add_enum(&namespace, &class).unwrap()
    });
    let mut step = |instances: &[(i32, &'static str, u64)], expected: &str| {
        *listing.lock().unwrap() = instances.to_vec();
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        lists.iter().for_each(|list| check_rows(&refresher, *list, "Count", expected));
    };
    step(&[(1, "a", 1), (2, "b", 1)], "a=1 b=1");
    step(&[(1, "a", 2), (2, "b", 2)], "a=2 b=2");
    step(&[(2, "b", 3), (3, "c", 3)], "b=3 c=3");
    step(&[(3, "c", 4), (7, "a", 4), (8, "a", 5)], "c=4 a=4 a=5");
    step(&[], "");
    step(&[(1, "d", 6)], "d=6");
}

/// The formatted values of a class whose raw instances are listed so: how much
/// each has grown, `-` for an instance that has no sample of before.
struct Growth {
    listing: Listing,
    refresher: Refresher,
    list: hiperf::EnumId,
}

impl Growth {
    fn new(name: &str) -> Growth {
        let listing = Listing::default();
        let (namespace, class) = serve(name, lister(&listing, true));
        let cooked = format!(
            "[dynamic, provider(\"HiPerfCooker_v1\"), hiperf, AutoCook_RawClass(\"{class}\")]\n\
             class {class}Cooked : Win32_PerfFormattedData {{\n\
               [key] string Name;\n\
               [CookingType(\"PERF_COUNTER_LARGE_DELTA\"), Counter(\"Count\")] uint64 Count;\n\
             }};"
        );
        namespace.compile_mof("cooked.mof", &cooked).unwrap();
        let mut refresher = Refresher::new();
        let list = refresher.add_enum(&namespace, &format!("{class}Cooked")).unwrap();
        Growth { listing, refresher, list }
    }

    #[track_caller]
    fn step(&mut self, instances: &[(i32, &'static str, u64)], expected: &str) {
        *self.listing.lock().unwrap() = instances.to_vec();
        assert_eq!(self.refresher.refresh(), Ok(Refreshed::Complete));
        let mut found = rows(&self.refresher, self.list, "Count");
        // The cooker tells the difference, so those that stayed come first.
        found.sort_by(|(one, _), (two, _)| one.cmp(two));
        let found: Vec<String> = found.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found.join(" "), expected);
    }
}

#[test]
fn an_id_that_another_instance_gets_has_no_past() {
    let mut growth = Growth::new("ReusedId");
    growth.step(&[(1, "a", 10), (2, "b", 100)], "a= b=");
    growth.step(&[(1, "a", 11), (2, "b", 102)], "a=1 b=2");
    growth.step(&[(1, "c", 500), (2, "b", 105)], "b=3 c=");
    growth.step(&[(1, "c", 504), (2, "b", 106)], "b=1 c=4");
}

#[test]
fn ids_that_are_places_in_a_list() {
    let mut growth = Growth::new("Places");
    growth.step(&[(1, "a", 10), (2, "b", 100), (3, "c", 1)], "a= b= c=");
    // a goes, and everyone moves up.
    growth.step(&[(1, "b", 101), (2, "c", 3)], "b=1 c=2");
    // d comes before them.
    growth.step(&[(1, "d", 7), (2, "b", 102), (3, "c", 4)], "b=1 c=1 d=");
    growth.step(&[(1, "c", 5), (2, "d", 9), (3, "b", 105)], "b=3 c=1 d=2");
}

#[test]
fn a_namesake_has_no_past() {
    let mut growth = Growth::new("PastOfNamesakes");
    growth.step(&[(1, "a", 10)], "a=");
    growth.step(&[(1, "a", 11)], "a=1");
    growth.step(&[(2, "a", 500)], "a=");
    growth.step(&[(3, "x", 0), (2, "a", 501)], "a=1 x=");
}
