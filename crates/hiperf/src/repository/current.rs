//! [`Current`]: what readers see at the moment, and what of it can't be read.
//!
//! An image that is damaged takes away only what is in it: the built-in classes
//! and their instances are there, and so is what lies in the other layers. What
//! is asked by name and could be in the image is answered with its error, which
//! says what to do; lists that the built-in classes are in go without it. Who wants
//! to know asks [`Repository::damage`], as the command does to warn.

use std::error::Error as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use hiperf_cim::{Error, Result, Status};

use super::disk::Identity;
use super::image::Image;
use super::layer::Layer;
use super::store::IMAGE;
use super::view::{Damage, View};
use super::{Repository, lock};
use crate::provider_files::Catalog;

/// What readers see.
#[derive(Default)]
pub(super) struct Current {
    pub view: Arc<View>,
    /// What was compiled into this process only.
    pub memory: Layer,
    /// The images, the user's own first.
    images: [Option<(Arc<Image>, Identity)>; 2],
    /// The provider files.
    providers: Arc<Catalog>,
}

impl Repository {
    /// What is wrong with what is stored, as far as anybody has come across it:
    /// the error that whoever needs it gets, with what to do. Looks for newer
    /// images first.
    #[must_use]
    pub fn damage(&self) -> Option<Error> {
        self.refresh().damage()
    }

    /// What readers see at the moment.
    pub(crate) fn view(&self) -> Arc<View> {
        lock(&self.0.current).view.clone()
    }

    /// Looks whether there are newer images, and returns what readers see from
    /// now on.
    pub(crate) fn refresh(&self) -> Arc<View> {
        self.refreshed(&mut lock(&self.0.current))
    }

    pub(super) fn refreshed(&self, current: &mut Current) -> Arc<View> {
        let paths = [&self.0.directory, &self.0.below].map(|path| path.as_ref().map(|path| path.join(IMAGE)));
        let is_newest = |path: &Option<_>, known: &Option<(Arc<Image>, Identity)>| {
            path.as_deref().is_none_or(|path| identity(path) == known.as_ref().map(|(_, identity)| *identity))
        };
        let providers = self.provider_files();
        let is_first = current.view.layers.is_empty();
        let is_same = Arc::ptr_eq(&providers, &current.providers) || !self.0.has_provider_files;
        if !is_first
            && is_same
            && paths.iter().zip(&current.images).all(|(path, known)| is_newest(path, known))
        {
            return current.view.clone();
        }
        let mut damage = Damage::default();
        let images = [self.own(), self.below()].map(|image| damage.passed_over(image).flatten());
        current.images = images.map(|image| image.map(|(image, identity)| (Arc::new(image), identity)));
        let mut layers = vec![current.memory.clone()];
        layers.extend(current.images.iter().flatten().map(|(image, _)| Layer::new(image.clone())));
        layers.extend(providers.layer().cloned());
        current.providers = providers;
        current.view = Arc::new(View::new(layers, Some(&current.view)).for_readers(damage));
        current.view.clone()
    }

    /// The provider files that lie below everything that is stored.
    pub(crate) fn provider_files(&self) -> Arc<Catalog> {
        if self.0.has_provider_files { Catalog::of_process() } else { Arc::default() }
    }

    /// The layers below this user's own.
    pub(super) fn lower_layers(&self) -> Result<Vec<Layer>> {
        let image = self.below()?.map(|(image, _)| Layer::new(Arc::new(image)));
        Ok(image.into_iter().chain(self.provider_files().layer().cloned()).collect())
    }

    /// The image that this user writes.
    pub(super) fn own(&self) -> Result<Option<(Image, Identity)>> {
        self.0.directory.as_ref().map_or(Ok(None), |path| Image::map(&path.join(IMAGE)))
    }

    /// The image below this user's own, as far as he may read it.
    pub(super) fn below(&self) -> Result<Option<(Image, Identity)>> {
        let Some(path) = &self.0.below else { return Ok(None) };
        match Image::map(&path.join(IMAGE)) {
            // The system's reason is behind the error: root keeps it to himself. That
            // somebody else could have written it is no such reason.
            Err(error) if error.status() == Status::WBEM_E_ACCESS_DENIED && error.source().is_some() => {
                Ok(None)
            }
            mapped => mapped,
        }
    }
}

/// Which file a path means at the moment.
fn identity(path: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.len()))
}
