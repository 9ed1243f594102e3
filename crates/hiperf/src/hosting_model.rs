//! [`HostingModel`]: in which process a provider runs on behalf of clients
//! that don't load it.
//!
//! ```text
//! model = spec [ ":" group ] | "Decoupled:Com" [ ":FoldIdentity(" ( "TRUE" | "FALSE" ) ")" ] | "Decoupled:NonCom" ;
//! ```
//! Words have no case. Providers of one specification and group share a
//! process; without a group a provider has one of its own.
//!
//! Source: lifecycle.md section 2.3 ("Provider Hosting and Security").

use std::fmt;
use std::str::FromStr;

/// Where a provider is hosted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostingModel {
    /// As whom and in what kind of process.
    pub spec: HostingSpec,
    /// The group whose process it shares. Compared without case.
    pub group: Option<String>,
}

/// As whom a provider is hosted. Of Windows's accounts, `LocalSystem` is root
/// here, and the other two are the user for services without rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HostingSpec {
    /// A server of its own that is started for it.
    SelfHost,
    /// Root.
    LocalSystemHost,
    /// Root, or a server of its own.
    LocalSystemHostOrSelfHost,
    /// The user for services.
    NetworkServiceHost,
    /// The same, or a server of its own: what NULL means.
    NetworkServiceHostOrSelfHost,
    /// The user for services, without a way out of the machine.
    LocalServiceHost,
    /// A process that was started by others and offers itself.
    DecoupledCom {
        /// Whether it is called with the identity of the client.
        fold_identity: bool,
    },
    /// The same without COM; internal to Windows.
    DecoupledNonCom,
}

const SPECS: [(&str, HostingSpec); 6] = [
    ("SelfHost", HostingSpec::SelfHost),
    ("LocalSystemHost", HostingSpec::LocalSystemHost),
    ("LocalSystemHostOrSelfHost", HostingSpec::LocalSystemHostOrSelfHost),
    ("NetworkServiceHost", HostingSpec::NetworkServiceHost),
    ("NetworkServiceHostOrSelfHost", HostingSpec::NetworkServiceHostOrSelfHost),
    ("LocalServiceHost", HostingSpec::LocalServiceHost),
];

/// A longer group is no name that a person gave.
const MAX_GROUP: usize = 64;

impl Default for HostingModel {
    fn default() -> HostingModel {
        HostingModel { spec: HostingSpec::NetworkServiceHostOrSelfHost, group: None }
    }
}

impl FromStr for HostingModel {
    type Err = String;

    /// Understands the text of a registration; the error says what is wrong
    /// with it.
    fn from_str(text: &str) -> Result<HostingModel, String> {
        let (spec, rest) = match text.split_once(':') {
            Some((spec, rest)) => (spec, Some(rest)),
            None => (text, None),
        };
        if spec.eq_ignore_ascii_case("Decoupled") {
            return decoupled(rest.unwrap_or_default()).map(|spec| HostingModel { spec, group: None });
        }
        let Some((_, spec)) = SPECS.iter().find(|(name, _)| name.eq_ignore_ascii_case(spec)) else {
            let names: Vec<&str> = SPECS.iter().map(|(name, _)| *name).collect();
            return Err(format!("{spec} is none of {}, Decoupled:Com", names.join(", ")));
        };
        match rest {
            Some(group) if group.is_empty() || group.len() > MAX_GROUP || group.contains(':') => {
                Err(format!("a group is a name of 1 to {MAX_GROUP} characters without a colon"))
            }
            group => Ok(HostingModel { spec: *spec, group: group.map(str::to_owned) }),
        }
    }
}

fn decoupled(rest: &str) -> Result<HostingSpec, String> {
    const COM: [(&str, HostingSpec); 4] = [
        ("Com", HostingSpec::DecoupledCom { fold_identity: true }),
        ("Com:FoldIdentity(TRUE)", HostingSpec::DecoupledCom { fold_identity: true }),
        ("Com:FoldIdentity(FALSE)", HostingSpec::DecoupledCom { fold_identity: false }),
        ("NonCom", HostingSpec::DecoupledNonCom),
    ];
    let found = COM.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest));
    found.map(|(_, spec)| *spec).ok_or_else(|| {
        format!("Decoupled:{rest} is neither Decoupled:Com, with or without :FoldIdentity(..), nor Decoupled:NonCom")
    })
}

impl fmt::Display for HostingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.spec {
            HostingSpec::DecoupledCom { fold_identity: true } => f.write_str("Decoupled:Com"),
            HostingSpec::DecoupledCom { fold_identity: false } => {
                f.write_str("Decoupled:Com:FoldIdentity(FALSE)")
            }
            HostingSpec::DecoupledNonCom => f.write_str("Decoupled:NonCom"),
            spec => f.write_str(SPECS.iter().find(|(_, known)| *known == spec).map_or("", |(name, _)| name)),
        }?;
        self.group.iter().try_for_each(|group| write!(f, ":{group}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, spec: HostingSpec, group: Option<&str>, written: &str) {
        let model: HostingModel = text.parse().unwrap();
        assert_eq!((model.spec, model.group.as_deref()), (spec, group));
        assert_eq!(model.to_string(), written);
        assert_eq!(written.parse(), Ok(model));
    }

    #[test]
    fn what_is_documented() {
        use HostingSpec::*;
        check("selfhost", SelfHost, None, "SelfHost");
        check("LocalSystemHost", LocalSystemHost, None, "LocalSystemHost");
        check("NetworkServiceHost:Mine", NetworkServiceHost, Some("Mine"), "NetworkServiceHost:Mine");
        check("LOCALSERVICEHOST", LocalServiceHost, None, "LocalServiceHost");
        check("decoupled:com", DecoupledCom { fold_identity: true }, None, "Decoupled:Com");
        check(
            "Decoupled:Com:FoldIdentity(false)",
            DecoupledCom { fold_identity: false },
            None,
            "Decoupled:Com:FoldIdentity(FALSE)",
        );
        check("Decoupled:NonCom", DecoupledNonCom, None, "Decoupled:NonCom");
        assert_eq!(HostingModel::default().to_string(), "NetworkServiceHostOrSelfHost");
    }

    #[test]
    fn what_is_wrong() {
        let check = |text: &str, why: &str| {
            let error = text.parse::<HostingModel>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        };
        check("", "is none of SelfHost, LocalSystemHost");
        check("NetworkService", "NetworkService is none of");
        check("NetworkServiceHost:", "a group is a name");
        check("NetworkServiceHost:a:b", "without a colon");
        check("Decoupled", "neither Decoupled:Com");
        check("Decoupled:Com:FoldIdentity(maybe)", "neither Decoupled:Com");
    }
}
