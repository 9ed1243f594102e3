//! Registering a library in one step: everything is checked that can be
//! before its provider file is written.
//!
//! ```text
//! library --check, load--> MOF (its own, or a file's) --compile--> providers and classes
//!     |                                                                  |
//!     +--- each CLSID: a class object, an object, both interfaces <------+---> NAME.mof, NAME.toml
//! ```
//! The library's code runs in this process: to register a library is to trust
//! it, and it is loaded only if it may be.

use std::path::{Path, PathBuf};

use hiperf_cim::mof::{self, Item};
use hiperf_cim::{Class, Error, Result, Status, suggest};
use hiperf_com::library::{CheckedLibrary, Library};

use super::catalog::{Catalog, Entry, clsids};
use super::{Folders, RegisteredProvider, compile, file, write};
use crate::namespace::DEFAULT_NAMESPACE;
use crate::repository::{Source, View, in_namespace};

/// What to register.
#[derive(Clone, Copy, Debug)]
pub struct Registering<'a> {
    /// The library.
    pub library: &'a Path,
    /// A file with its MOF, instead of the library's own.
    pub mof: Option<&'a Path>,
    /// The namespace of what has no pragma, if it isn't `root\cimv2`.
    pub namespace: Option<&'a str>,
    /// The name of the provider file, instead of the library's without `lib`
    /// and `.so`.
    pub name: Option<&'a str>,
}

/// What was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The name of the provider file.
    pub name: String,
    /// The provider file.
    pub path: PathBuf,
    /// The library, by the path without links.
    pub library: PathBuf,
    /// Its providers, in the order of their names.
    pub providers: Vec<RegisteredProvider>,
    /// The classes that other providers serve, with the names of those: what
    /// the cooker makes of its classes.
    pub classes_of_others: Vec<(String, String)>,
    /// What the compiler of the MOF warns of, rendered for a person.
    pub warnings: String,
}

/// Checks a library and its MOF, and writes a provider file to this user's own
/// folder.
///
/// # Errors
/// * `WBEM_E_INVALID_PARAMETER`: the name is none for a file.
/// * `WBEM_E_PROVIDER_LOAD_FAILURE`: the library can't be loaded, or is no
///   provider of the classes that its MOF names.
/// * `WBEM_E_NOT_FOUND`: it carries no MOF, and no file was given.
/// * the diagnostics of the MOF.
/// * `WBEM_E_INVALID_PROVIDER_REGISTRATION`, `WBEM_E_PROVIDER_NOT_FOUND`: the MOF
///   lacks something, and the message says what to add.
/// * `WBEM_E_ACCESS_DENIED`, `WBEM_E_FAILED`: those of writing.
pub fn register(folders: &Folders, wanted: &Registering<'_>) -> Result<Registered> {
    let folder = folders.own()?;
    let path = std::path::absolute(wanted.library).unwrap_or_else(|_| wanted.library.to_owned());
    let checked = CheckedLibrary::open(&path)?;
    let path = checked.real_path().to_owned();
    let name = name(wanted, &path)?;
    let library = checked.load()?;
    let source = source(&library, wanted.mof)?;
    let others = Catalog::read(folders, Some(&name));
    let namespace = wanted.namespace.unwrap_or(DEFAULT_NAMESPACE);
    let compiled = compile::source(others.layers(), namespace, &source)?;
    let view = compile::on_top(compiled.layer, others.layers());
    check_is_new(&source, &view, &others, &path)?;
    let providers = check(&library, &view)?;
    others.check_clsids(&clsids(&providers), &path)?;
    let mut mof = String::new();
    if wanted.namespace.is_some() {
        in_namespace(&mut mof, namespace);
    }
    mof.push_str(source.text());
    let text = file::Text {
        library: path.clone(),
        mof: Some(format!("{name}.mof")),
        clsids: Some(clsids(&providers)),
    };
    write::write(folder, &name, &text.write()?, &mof)?;
    let path_of_file = folder.join(format!("{name}.toml"));
    Ok(Registered {
        name,
        path: path_of_file,
        library: path,
        classes_of_others: classes_of_others(&view, &providers)?,
        providers,
        warnings: compiled.warnings,
    })
}

fn classes_of_others(view: &View, own: &[RegisteredProvider]) -> Result<Vec<(String, String)>> {
    let is_own = |class: &str| own.iter().any(|provider| provider.classes.iter().any(|own| own == class));
    let classes = compile::classes(view)?.into_iter().map(|(_, class)| class);
    let others = classes.filter(|class| !is_own(class.name()));
    let provider = |class: &Class| class.qualifiers().text("provider").unwrap_or_default().to_owned();
    Ok(others.map(|class| (class.name().to_owned(), provider(&class))).collect())
}

/// The name of the provider file.
fn name(wanted: &Registering<'_>, library: &Path) -> Result<String> {
    /// Names of files are at most 255 bytes long, and this one gets an ending.
    const MAX_NAME: usize = 200;
    let stem = || {
        let name = library.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.split(".so").next().unwrap_or_default();
        stem.strip_prefix("lib").unwrap_or(stem).to_owned()
    };
    let name = wanted.name.map_or_else(stem, str::to_owned);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
    if name.is_empty() || name.len() > MAX_NAME || name.starts_with('.') || !name.chars().all(is_plain) {
        let message = format!(
            "\"{name}\" can't be the name of a provider file: give another by --name, of letters, digits, \
             `.`, `_`, `-` and `+`"
        );
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message));
    }
    Ok(name)
}

/// The library's MOF.
fn source(library: &Library, file: Option<&Path>) -> Result<Source> {
    if let Some(file) = file {
        return Source::read(file);
    }
    let path = library.path().display();
    let text = library.mof()?.ok_or_else(|| {
        let message = format!(
            "{path} carries no MOF: it exports no HiperfProviderMof. In Rust, add `; mof = \
             include_str!(\"FILE.mof\")` to hiperf_provider::export!; in C, add HIPERF_PROVIDER_MOF(\"..\"); \
             or give the MOF by --mof FILE"
        );
        Error::new(Status::WBEM_E_NOT_FOUND, message)
    })?;
    Source::from_text(&format!("{path}(HiperfProviderMof)"), &text)
}

/// Refuses a MOF whose providers another provider file has registered with the
/// same words: it would add nothing, and be the cause of a surprise when that
/// file goes.
fn check_is_new(source: &Source, view: &View, others: &Catalog, library: &Path) -> Result<()> {
    let is_provider = |item: &Item<'_>| matches!(item, Item::Instance(instance) if instance.class.text.eq_ignore_ascii_case("__Win32Provider"));
    let has_own = !compile::providers(view)?.is_empty();
    if has_own || !mof::parse(source.text()).items.iter().any(is_provider) {
        return Ok(());
    }
    let of_library = |entry: &&Entry| entry.text.as_ref().is_some_and(|text| text.library == library);
    let other = others.entries().iter().find(of_library);
    let other =
        other.map_or_else(|| "another provider file".to_owned(), |entry| entry.path.display().to_string());
    let message = format!(
        "{other} registers the providers of this MOF already: unregister it first, or register under its \
         name by --name"
    );
    Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message))
}

/// Whether what the MOF registers is complete, and the library has it.
fn check(library: &Library, view: &View) -> Result<Vec<RegisteredProvider>> {
    let providers = compile::providers(view)?;
    if providers.is_empty() {
        return Err(incomplete(
            "the MOF registers no provider. Add: instance of __Win32Provider as $P { Name = \"..\"; CLSID = \
             \"{..}\"; ClientLoadableCLSID = \"{..}\"; };"
                .to_owned(),
        ));
    }
    for (namespace, class) in compile::classes(view)? {
        check_class(view, &namespace, &class, &providers)?;
    }
    for provider in &providers {
        check_provider(provider)?;
    }
    for clsid in clsids(&providers) {
        library.check_provider(&clsid)?;
    }
    Ok(providers)
}

/// Whether a class can be served: its provider is registered, and it has the
/// qualifiers by which its instances are asked from it.
fn check_class(view: &View, namespace: &str, class: &Class, own: &[RegisteredProvider]) -> Result<()> {
    let name = class.name();
    let is_true = |qualifier| class.qualifiers().is_true(qualifier);
    let Some(provider) = class.qualifiers().text("provider") else {
        return Err(incomplete(format!(
            "class {name} has the HiPerf qualifier but names no provider. Add: Provider(\"{}\")",
            own[0].registration.name
        )));
    };
    if view.registration(namespace, provider)?.is_none() {
        let names = own.iter().map(|provider| provider.registration.name.as_str());
        let hint = suggest::did_you_mean(provider, names);
        let message = format!(
            "class {name} names provider {provider}, which is not registered in {namespace}{hint}. Its \
             Provider qualifier must be the Name of an instance of __Win32Provider in the same namespace"
        );
        return Err(Error::new(Status::WBEM_E_PROVIDER_NOT_FOUND, message));
    }
    for qualifier in ["Dynamic", "HiPerf"] {
        if !is_true(qualifier) {
            return Err(incomplete(format!(
                "class {name} lacks the {qualifier} qualifier, so provider {provider} is never asked for it. \
                 Write: [Dynamic, HiPerf, Provider(\"{provider}\")]"
            )));
        }
    }
    Ok(())
}

fn check_provider(provider: &RegisteredProvider) -> Result<()> {
    let registration = &provider.registration;
    let name = &registration.name;
    if registration.clsid.is_none() && registration.client_loadable_clsid.is_none() {
        return Err(incomplete(format!(
            "provider {name} has no COM class. Add to its __Win32Provider: CLSID = \"{{..}}\"; \
             ClientLoadableCLSID = \"{{..}}\";"
        )));
    }
    if registration.supports_get.is_none() {
        return Err(incomplete(format!(
            "provider {name} is not registered for instances. Add: instance of \
             __InstanceProviderRegistration {{ provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE; \
             }}; where $P is the alias of its __Win32Provider"
        )));
    }
    if provider.classes.is_empty() {
        return Err(incomplete(format!(
            "no class names provider {name}. Put before its classes: [Dynamic, HiPerf, Provider(\"{name}\")]"
        )));
    }
    Ok(())
}

fn incomplete(what: String) -> Error {
    Error::new(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, what)
}
