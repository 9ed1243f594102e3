//! `hiperf repository verify|rebuild|export`.

use hiperf::Repository;

use crate::args::RepositoryAction;
use crate::failure::Failure;
use crate::format::text::counted;
use crate::screen;

/// Does what is asked with the repository.
pub fn run(repository: &Repository, action: RepositoryAction) -> Result<(), Failure> {
    match action {
        RepositoryAction::Verify => verify(repository),
        RepositoryAction::Rebuild => rebuild(repository),
        RepositoryAction::Export => screen::write(&repository.export()?),
    }
}

fn verify(repository: &Repository) -> Result<(), Failure> {
    let found = repository.verify()?;
    let directory = repository.directory()?.display();
    if found.faults.is_empty() {
        return screen::write(&format!(
            "{directory} is whole: transaction {}, {}, {}\n",
            found.generation,
            counted(found.classes, "class", "classes"),
            counted(found.instances, "instance", "instances")
        ));
    }
    let faults = found.faults.iter();
    let lines = faults.map(|fault| {
        format!("error: {directory}/{}: {}\n  = help: {}\n", fault.file, fault.what, fault.remedy)
    });
    Err(Failure::Found(lines.collect()))
}

fn rebuild(repository: &Repository) -> Result<(), Failure> {
    let rebuilt = repository.rebuild()?;
    screen::write(&format!(
        "made {} anew from {}\n",
        counted(rebuilt.objects, "object", "objects"),
        counted(rebuilt.transactions, "transaction", "transactions")
    ))?;
    if rebuilt.lost.is_empty() {
        return Ok(());
    }
    Err(Failure::Found(rebuilt.lost.iter().map(|lost| format!("error: lost: {lost}\n")).collect()))
}
