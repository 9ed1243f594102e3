//! What changes the repository: a compile or a put, one transaction each.

use std::sync::Arc;

use hiperf_cim::mof::Split;
use hiperf_cim::{Context as _, Locale, Result};

use super::compile::{Compilation, compile, split, target};
use super::layer::Layer;
use super::log::MofText;
use super::view::View;
use super::{Repository, Source, lock, rebuild};

/// The log may be this much longer than the image before it is replaced by the
/// MOF of what there is: so it stays in proportion however often things change.
const MAX_LOG_PER_IMAGE: u64 = 8;
/// A log shorter than this is left alone.
const MIN_LOG_BYTES: u64 = 1 << 20;

impl Repository {
    /// Compiles MOF into the repository, as one transaction: all texts or none.
    /// What has no pragma goes into `namespace`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_NAMESPACE`: `namespace` is malformed or not there.
    /// * what is wrong with the first text in which something is: the status of
    ///   the first diagnostic, and all of them rendered in the message.
    /// * those of writing: `WBEM_E_ACCESS_DENIED`, `WBEM_E_CRITICAL_ERROR`,
    ///   `WBEM_E_FAILED`.
    pub fn compile(&self, namespace: &str, sources: Vec<Source>) -> Result<Compilation> {
        self.transact(|view| {
            let namespace = target(view, namespace)?;
            let done = compile(view, &namespace, &sources)?;
            Ok((done, namespace, sources.into_iter().map(Source::into_kept).collect()))
        })
    }

    /// What [`Repository::compile`] would do, without doing it.
    ///
    /// # Errors
    /// Those of [`Repository::compile`], but for those of writing.
    pub fn check(&self, namespace: &str, sources: &[Source]) -> Result<Compilation> {
        let own = self.own()?.map_or_else(Layer::default, |(image, _)| Layer::new(Arc::new(image)));
        let mut view = self.view_to_change(own)?;
        let namespace = target(&view, namespace)?;
        compile(&mut view, &namespace, sources)
    }

    /// Splits MOF into a text without what is amended and a text of the classes
    /// that hold it, for the locale that its pragma names, or else for
    /// `locale`. Nothing is stored.
    ///
    /// # Errors
    /// * what is wrong with the text, as for [`Repository::compile`].
    /// * `WBEM_E_INVALID_PARAMETER`: nothing names a locale.
    pub fn split(&self, namespace: &str, source: &Source, locale: Option<Locale>) -> Result<Split> {
        let view = self.refresh();
        split(&view, &target(&view, namespace)?, source, locale)
    }

    /// Compiles MOF for this process only, until it ends.
    pub(crate) fn compile_here(&self, namespace: &str, source: &Source) -> Result<usize> {
        let mut current = lock(&self.0.current);
        let before = self.refreshed(&mut current);
        let mut view = View::new(before.layers.clone(), Some(&before));
        let done = compile(&mut view, namespace, std::slice::from_ref(source))?;
        current.memory = view.layers[0].clone();
        current.view = Arc::new(View::new(view.layers, Some(&before)).for_readers(before.image_damage()));
        Ok(done.classes + done.instances)
    }

    /// Runs `edit` on what there is, and stores the changes that it makes to the
    /// top layer. `edit` returns the MOF that would make them again, and the
    /// namespace that it starts in.
    pub(crate) fn transact<T>(
        &self,
        edit: impl FnOnce(&mut View) -> Result<(T, String, Vec<MofText>)>,
    ) -> Result<T> {
        let place = || format!("in {}", self.0.directory.as_deref().unwrap_or("".as_ref()).display());
        let mut transaction = self.store()?.transaction().context(place)?;
        let (log_len, image_len) = transaction.sizes();
        let mut view = self.view_to_change(Layer::new(transaction.image().clone()))?;
        if transaction.needs_checkpoint || log_len > MIN_LOG_BYTES + MAX_LOG_PER_IMAGE * image_len {
            let text = rebuild::export(&view)?;
            transaction.checkpoint(MofText { name: "checkpoint".into(), text })?;
        }
        let (value, namespace, texts) = edit(&mut view)?;
        let mut changes = std::mem::take(&mut view.layers[0].changes);
        // What is as it was is no change, whatever happened to it meanwhile.
        let image = transaction.image().clone();
        changes.retain(|key, record| !image.get(key).is_ok_and(|before| before == record.as_deref()));
        if !changes.is_empty() {
            transaction.commit(&namespace, texts, changes).context(place)?;
        }
        self.refresh();
        Ok(value)
    }

    /// What there is, with this as the layer that is changed. What was compiled
    /// into this process only has no part in it.
    fn view_to_change(&self, own: Layer) -> Result<View> {
        let layers = std::iter::once(own).chain(self.lower_layers()?).collect();
        Ok(View::new(layers, Some(&self.refresh())))
    }
}
