//! What of a view can't be read, and who goes without it.
//!
//! Who changes something has to see everything: every error is his. A reader is
//! told when he asks for something by its name, or for the classes and instances
//! below a class that is stored; a list that built-in classes or their instances are
//! in leaves out what can't be read, and the view remembers why.

use std::sync::Mutex;

use hiperf_cim::{Error, Result};

use super::View;
use crate::namespace::lock;

/// What of a reader's view can't be read.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// That of a whole image.
    images: Option<Error>,
    /// What a list went without.
    met: Mutex<Option<Error>>,
}

impl Damage {
    /// What could be had; an error is kept.
    pub(crate) fn passed_over<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.images.get_or_insert(error);
                None
            }
        }
    }

    pub(super) fn of_images(&self) -> Option<Error> {
        self.images.as_ref().map(again)
    }
}

/// The same error once more.
pub(super) fn again(error: &Error) -> Error {
    Error::new(error.status(), error.message())
}

impl View {
    /// The same for those who don't change anything, and so may go without what
    /// is damaged.
    pub(crate) fn for_readers(mut self, damage: Damage) -> View {
        self.damage = Some(damage);
        self
    }

    /// The damage of whole images, for another view of the same layers.
    pub(crate) fn image_damage(&self) -> Damage {
        Damage { images: self.damage.as_ref().and_then(Damage::of_images), met: Mutex::default() }
    }

    /// Notes an error that a reader's list goes without.
    pub(super) fn pass_over(&self, error: Error) -> Result<()> {
        match &self.damage {
            Some(damage) => {
                lock(&damage.met).get_or_insert(error);
                Ok(())
            }
            None => Err(error),
        }
    }

    /// What can't be read, as far as anybody has come across it.
    pub(crate) fn damage(&self) -> Option<Error> {
        let damage = self.damage.as_ref()?;
        damage.of_images().or_else(|| lock(&damage.met).as_ref().map(again))
    }
}
