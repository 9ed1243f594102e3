//! The command line: the one definition that parsing and `--help` come from.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hiperf_cim::Locale;

/// Shortest interval: below it, time stamps and the refresh itself are noise.
const MIN_INTERVAL: Duration = Duration::from_millis(1);
/// Longest interval, which keeps deadlines far from overflow.
const MAX_INTERVAL: Duration = Duration::from_secs(86_400);

/// Counters of this machine by their WMI names: watched live, queried,
/// explained.
#[derive(Debug, Parser)]
#[command(name = "hiperf", version, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Arguments {
    /// Namespace to work in: root\cimv2 if nothing is said, root\default for mofcomp
    #[arg(short, long, global = true, value_name = "PATH", help_heading = EVERYWHERE)]
    pub namespace: Option<String>,

    /// Directory of the repository, instead of the system's and the user's own
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub state: Option<PathBuf>,

    /// Run every provider in a process of its own, which may crash or hang
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub isolated: bool,

    /// Show formatted values as reals, not truncated to integers; what watch shows on a screen always is
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub precise: bool,

    #[command(flatten)]
    pub output: OutputOptions,

    #[command(subcommand)]
    pub command: Command,
}

/// Over the options that every command takes, so that a command's own stand apart.
const EVERYWHERE: &str = "Options of every command";

const EXAMPLES: &str = "\
Examples:
  hiperf watch Processor
  hiperf watch Memory System --interval 500ms
  hiperf query 'SELECT Name, PercentProcessorTime FROM Win32_PerfFormattedData_PerfOS_Processor'
  hiperf query 'SELECT * FROM Win32_PerfFormattedData_PerfOS_System' --precise --format json
  hiperf get 'Processor.Name=\"_Total\"' --format json
  hiperf describe Memory
  hiperf mofcomp provider.mof --check
  hiperf provider register ./libexample.so

A CLASS may be shortened to any unambiguous ending, or be given by its display name.
Exit status: 0, also when watch is interrupted; 1 for an error; 2 for a wrong command line.";

/// How to write what was found.
#[derive(Clone, Debug, Args)]
pub struct OutputOptions {
    /// Output format
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Format::Table,
        hide_default_value = true,
        help_heading = EVERYWHERE
    )]
    pub format: Format,

    /// Write 64-bit integers in JSON as strings
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json_strings: bool,

    /// Show everything: every property of a table, system classes, inherited properties
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub all: bool,
}

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the most useful properties (the default)
    Table,
    /// One object a line, every property
    Json,
    /// One header, every property
    Csv,
    /// As a MOF compiler reads it
    Mof,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show counters again and again, until interrupted
    Watch(WatchArguments),
    /// Show the rows of a WQL query
    Query {
        /// SELECT property, .. FROM class WHERE ..
        query: String,
    },
    /// Show one instance
    Get {
        /// Object path: CLASS.Name="..", or CLASS for a class with one instance
        path: String,
    },
    /// List classes, one a line, with what they are
    Classes {
        /// Part of a name, in any case, or a pattern with *
        pattern: Option<String>,
    },
    /// Explain a class: its properties, their types, units and meaning
    Describe {
        /// Class
        class: String,

        /// Language of the texts, as MS_407
        #[arg(long, value_name = "LOCALE", value_parser = parse_locale, default_value_t = Locale::DEFAULT)]
        locale: Locale,
    },
    /// Compile MOF into the repository: all of it or nothing
    Mofcomp(MofcompArguments),
    /// List all namespaces
    Namespaces,
    /// Make and register providers of counters, and see which there are
    Provider {
        #[command(subcommand)]
        action: ProviderAction,
    },
    /// Look after what is stored
    Repository {
        #[command(subcommand)]
        action: RepositoryAction,
    },
}

/// What to compile, and how.
#[derive(Debug, Args)]
pub struct MofcompArguments {
    /// MOF files; they are one transaction
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Only say what is wrong; store nothing
    #[arg(long)]
    pub check: bool,

    /// How to store classes, unless a pragma says it
    #[arg(long, value_name = "FLAG", value_enum, value_delimiter = ',')]
    pub class: Vec<ClassFlag>,

    /// How to store instances, unless a pragma says it
    #[arg(long, value_name = "FLAG", value_enum)]
    pub instance: Option<InstanceFlag>,

    /// Locale of the texts, as MS_409, unless a pragma names it; needs --mof and --mfl
    #[arg(long, value_name = "LOCALE", value_parser = parse_locale, requires_all = ["mof", "mfl"])]
    pub amendment: Option<Locale>,

    /// Write the file without the texts of a locale here; store nothing
    #[arg(long, value_name = "FILE", requires = "mfl", conflicts_with_all = ["check", "class", "instance"])]
    pub mof: Option<PathBuf>,

    /// Write the texts of the locale here
    #[arg(long, value_name = "FILE", requires = "mof")]
    pub mfl: Option<PathBuf>,
}

/// A flag of `#pragma classflags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum ClassFlag {
    /// Not if it is there
    CreateOnly,
    /// Only if it is there
    UpdateOnly,
    /// Also with derived classes, if they don't contradict
    SafeUpdate,
    /// Also with derived classes, which lose qualifiers that contradict
    ForceUpdate,
}

/// A flag of `#pragma instanceflags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum InstanceFlag {
    /// Not if it is there
    CreateOnly,
    /// Only if it is there
    UpdateOnly,
}

/// What to do with providers.
#[derive(Debug, Subcommand)]
pub enum ProviderAction {
    /// Begin a provider of your own: a project that builds and runs at once
    New(NewProviderArguments),
    /// Check a library and its MOF, and register it: for everybody if root does it, else for this user
    Register(RegisterArguments),
    /// Take a registration back
    Unregister {
        /// Name of the provider or of its provider file, or path of the library (with a slash)
        #[arg(value_name = "NAME")]
        what: String,
    },
    /// List all providers, where they are from, and what is wrong with them
    List,
    /// Find out whether a provider's library does what clients rely on
    Check(CheckProviderArguments),
}

/// The library to check, and what to check of it.
#[derive(Debug, Args)]
pub struct CheckProviderArguments {
    /// The provider's library: ./libshop.so
    #[arg(required_unless_present = "list")]
    pub library: Option<PathBuf>,

    /// MOF of its classes and its registration, instead of what the library carries
    #[arg(long, value_name = "FILE")]
    pub mof: Option<PathBuf>,

    /// Name it is registered under, where there is more than one
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,

    /// Only these checks, and those they depend on
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Time that a check may take before it is given up
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_interval)]
    pub limit: Duration,

    /// List the checks, and what they find out
    #[arg(long)]
    pub list: bool,

    /// Run one check in this process, and report to the one that started it
    #[arg(long, hide = true, value_name = "CHECK", conflicts_with_all = ["only", "list"])]
    pub inside: Option<String>,
}

/// The provider to begin.
#[derive(Debug, Args)]
pub struct NewProviderArguments {
    /// Its name, with which the names of its classes begin: JobQueue
    pub name: String,

    /// Language it is written in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub lang: Language,

    /// Where to write it, instead of a directory named after it here
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,

    /// Source tree of hiperf to build against, instead of what is released
    #[arg(long, value_name = "DIR")]
    pub sdk: Option<PathBuf>,

    /// Replace files that are there, and say which
    #[arg(long)]
    pub force: bool,
}

/// A language that providers are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// With the SDK: a structure and a loop for each class
    Rust,
    /// With hiperf.h: every call in plain sight
    C,
}

/// What to register.
#[derive(Debug, Args)]
pub struct RegisterArguments {
    /// The provider's library
    pub library: PathBuf,

    /// File with its MOF, instead of what the library carries
    #[arg(long, value_name = "FILE")]
    pub mof: Option<PathBuf>,

    /// Name of the provider file, instead of the library's without lib and .so
    #[arg(long)]
    pub name: Option<String>,
}

/// What to do with the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum RepositoryAction {
    /// Check every file and every object, and say what is damaged
    Verify,
    /// Make everything anew from the MOF that is kept
    Rebuild,
    /// Write everything as MOF, from which mofcomp makes the same again
    Export,
}

/// What to watch, and how often.
#[derive(Debug, Args)]
pub struct WatchArguments {
    /// Class, object path or SELECT query
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,

    /// Time between two refreshes: 500ms, 1s, 2m, or seconds
    #[arg(short, long, default_value = "1s", value_parser = parse_interval)]
    pub interval: Duration,

    /// End after this many refreshes
    #[arg(short, long, value_name = "N")]
    pub count: Option<NonZeroU64>,

    /// Say why values are missing: below a table, or in a field of each row
    #[arg(long)]
    pub why: bool,
}

impl Arguments {
    /// The arguments of this process. Ends it with status 2 and a message when
    /// they are wrong, with 0 after `--help`.
    pub fn from_command_line() -> Arguments {
        Arguments::parse()
    }
}

fn parse_locale(text: &str) -> Result<Locale, String> {
    Locale::parse(text).map_err(|error| error.message().to_owned())
}

fn parse_interval(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let wrong = || "write 500ms, 1s, 2m or 1h; a number alone is seconds".to_owned();
    let (number, seconds) = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)))
        .unwrap_or((text, 1.0));
    // What f64 takes beyond digits and a point (inf, 1e3) is no interval.
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(wrong());
    }
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let interval = Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())?;
    if interval < MIN_INTERVAL {
        return Err("the shortest interval is 1ms".to_owned());
    }
    if interval > MAX_INTERVAL {
        return Err("the longest interval is 24h".to_owned());
    }
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn intervals() {
        let check =
            |text, millis| assert_eq!(parse_interval(text), Ok(Duration::from_millis(millis)), "{text}");
        check("500ms", 500);
        check("1s", 1000);
        check("2", 2000);
        check("0.25", 250);
        check("1.5s", 1500);
        check("2m", 120_000);
        check("24h", 86_400_000);
        for wrong in
            ["", "s", "0", "0.5ms", "-1", "1e3", "inf", "nan", "1d", "25h", "99999999999999999999h", "1.2.3"]
        {
            assert!(parse_interval(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn global_options_stand_anywhere() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' '));
        let before = parse("hiperf --format json -n root\\x classes").unwrap();
        assert_eq!((before.output.format, before.namespace.as_deref()), (Format::Json, Some("root\\x")));
        let after = parse("hiperf watch A B --format csv --all --why --count 2").unwrap();
        assert!(after.output.all && after.output.format == Format::Csv);
        let Command::Watch(watch) = after.command else { panic!("{:?}", after.command) };
        assert_eq!((watch.targets.len(), watch.count, watch.why), (2, NonZeroU64::new(2), true));
        assert_eq!(watch.interval, Duration::from_secs(1));
        assert!(parse("hiperf get A --precise").unwrap().precise);
        let compile = parse("hiperf mofcomp a.mof b.mof --class updateonly,safeupdate --state /s");
        let Command::Mofcomp(compile) = compile.unwrap().command else { panic!() };
        assert_eq!((compile.files.len(), compile.class.len(), compile.check), (2, 2, false));
        for wrong in ["hiperf mofcomp", "hiperf repository", "hiperf mofcomp a --instance safeupdate"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let new = parse("hiperf provider new Shop --lang c --force");
        let Command::Provider { action: ProviderAction::New(new) } = new.unwrap().command else { panic!() };
        assert_eq!((new.name.as_str(), new.lang, new.force), ("Shop", Language::C, true));
        for wrong in ["hiperf provider", "hiperf provider new", "hiperf provider new A --lang go"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["hiperf", "hiperf watch", "hiperf watch A --count 0", "hiperf query", "hiperf top"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
