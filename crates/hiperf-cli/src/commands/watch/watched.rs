//! [`Watched`]: the targets in their one refresher, and their rows.

use std::rc::Rc;
use std::time::SystemTime;

use hiperf::{EnumId, ItemId, Namespace, Query, Refreshed, Refresher};
use hiperf_cim::{Class, Error, Result};

use super::remarks::{self, Remark, Remarks};
use crate::args::{OutputOptions, WatchArguments};
use crate::blocks::Blocks;
use crate::row::{LiveRow, Row as _};
use crate::screen::Screen;
use crate::target::Target;
use crate::view::View;

/// The targets in their refresher.
pub struct Watched {
    namespace: Namespace,
    refresher: Refresher,
    items: Vec<Item>,
    blocks: Blocks,
    /// Whether values of one of them need two samples.
    pub needs_baseline: bool,
    says_why: bool,
    /// Why nothing could be refreshed in the latest refresh.
    pub failure: Option<Error>,
    remarks: Remarks,
    /// What is to be said of the latest refresh.
    pub said: Vec<Remark>,
}

/// One block of rows.
struct Item {
    source: ItemId,
    title: String,
    query: Option<Rc<Query>>,
    /// Whether its values are those of the latest refresh.
    is_current: bool,
}

impl Watched {
    /// Adds the targets to a refresher.
    ///
    /// # Errors
    /// Those of the targets.
    pub fn new(namespace: &Namespace, watch: &WatchArguments, options: &OutputOptions) -> Result<Watched> {
        let mut refresher = Refresher::new();
        let (mut items, mut views) = (Vec::new(), Vec::new());
        let mut needs_baseline = false;
        let mut add = |source, class: &Class, title: String, query, view| {
            needs_baseline |= class.qualifiers().is_true("Cooked");
            items.push(Item { source, title: title.clone(), query, is_current: true });
            views.push((title, view));
        };
        for target in &watch.targets {
            match Target::parse(namespace, target)? {
                Target::Class(class) => {
                    let view = View::of_class(&class, options);
                    let id = add_enum(&mut refresher, namespace, &class, view.properties())?;
                    add(ItemId::Enum(id), &class, class.name().to_owned(), None, view);
                }
                Target::Object(class, path) => {
                    let view = View::of_class(&class, options);
                    let id = match view.properties() {
                        Some(names) => refresher.add_object_of(namespace, &path, &names)?,
                        None => refresher.add_object(namespace, &path)?,
                    };
                    add(ItemId::Object(id), &class, path, None, view);
                }
                Target::Query(query) => {
                    let query = Rc::new(query);
                    // A query means the instances of subclasses as well.
                    let mut classes = vec![query.class().clone()];
                    classes.extend(namespace.subclasses(query.class().name())?);
                    if classes.iter().any(|class| is_refreshable(class)) {
                        classes.retain(|class| is_refreshable(class));
                    }
                    for class in classes.iter() {
                        let id = add_enum(&mut refresher, namespace, class, query.properties())?;
                        let view = View::of_query(&query, class, options);
                        add(ItemId::Enum(id), class, class.name().to_owned(), Some(query.clone()), view);
                    }
                }
            }
        }
        let blocks = Blocks::new(options, views).saying_why(watch.why);
        Ok(Watched {
            namespace: namespace.clone(),
            refresher,
            items,
            blocks,
            needs_baseline,
            says_why: watch.why,
            failure: None,
            remarks: Remarks::default(),
            said: Vec::new(),
        })
    }

    /// Refreshes at `time`.
    ///
    /// # Errors
    /// Those that another refresh would not mend.
    pub fn refresh(&mut self, time: SystemTime) -> Result<()> {
        let (is_complete, failure) = match self.refresher.refresh_or_explain() {
            Ok(refreshed) => (refreshed == Refreshed::Complete, None),
            Err(error) if error.status().may_pass() => (false, Some(error)),
            Err(error) => return Err(error),
        };
        self.failure = failure;
        let incomplete = if is_complete { Vec::new() } else { self.refresher.incomplete() };
        let items = &self.items;
        let title = |id| items.iter().find(|item| item.source == id).map(|item| &*item.title);
        self.said = self.remarks.of(&incomplete, items.len(), title, time, self.says_why);
        for item in &mut self.items {
            item.is_current = remarks::is_current(&incomplete, item.source);
        }
        Ok(())
    }

    /// Whether any values are of the latest refresh.
    pub fn has_current(&self) -> bool {
        self.items.iter().any(|item| item.is_current)
    }

    /// Appends all rows, or those alone that are of the latest refresh.
    ///
    /// # Errors
    /// None at present.
    pub fn write(
        &mut self,
        out: &mut String,
        time: Option<&str>,
        screen: Screen,
        only_current: bool,
    ) -> Result<()> {
        let decoration = self.namespace.decoration();
        let live = |instance| LiveRow { instance, decoration: &decoration };
        self.blocks.start(out, time);
        for (index, Item { source, query, is_current, .. }) in self.items.iter().enumerate() {
            if only_current && !is_current {
                continue;
            }
            let mut rows: Vec<LiveRow<'_>> = match source {
                ItemId::Object(id) => vec![live(self.refresher.object(*id)?)],
                ItemId::Enum(id) => self.refresher.instances(*id)?.map(live).collect(),
                ItemId::Refresher(_) => Vec::new(),
            };
            if let Some(query) = query {
                rows.retain(|row| query.matches(|column| row.column(column)));
            }
            self.blocks.write(out, index, &rows, time, screen);
        }
        Ok(())
    }
}

/// Adds the instances of a class, with these properties if not with all.
fn add_enum(
    refresher: &mut Refresher,
    namespace: &Namespace,
    class: &Class,
    properties: Option<Vec<&str>>,
) -> Result<EnumId> {
    match properties {
        Some(names) => refresher.add_enum_of(namespace, class.name(), &names),
        None => refresher.add_enum(namespace, class.name()),
    }
}

/// Whether instances of the class itself can be refreshed.
fn is_refreshable(class: &Class) -> bool {
    class.qualifiers().is_true("HiPerf") && !class.is_abstract()
}
