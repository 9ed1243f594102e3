//! Class identifiers of the objects that WMI itself creates.
//!
//! Source: \[MS-WMI\] section 1.9 and the public domain `wbemcli.h` and
//! `wbemprov.h`.

use crate::Guid;

macro_rules! clsids {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Guid = Guid::parse($text);)*
    };
}

clsids! {
    /// The client's refresher: IWbemRefresher and IWbemConfigureRefresher.
    WBEM_REFRESHER = "C71566F2-561E-11D1-AD87-00C04FD8FDFF";
    /// The locator of namespaces: IWbemLocator.
    WBEM_LOCATOR = "4590F811-1D3A-11D0-891F-00AA004B2E24";
    /// The locator that providers inside a host use: IWbemLocator.
    WBEM_ADMINISTRATIVE_LOCATOR = "CB8555CC-9128-11D1-AD9B-00C04FD8FDFF";
    /// An empty class or instance: IWbemClassObject.
    WBEM_CLASS_OBJECT = "9A653086-174F-11D2-B5F9-00104B703EFD";
    /// Named values that travel with a call: IWbemContext.
    WBEM_CONTEXT = "674B6698-EE92-11D0-AD71-00C04FD8FDFF";
    /// Texts of status codes: IWbemStatusCodeText.
    WBEM_STATUS_CODE_TEXT = "EB87E1BD-3233-11D2-AEC9-00C04FB68820";
    /// The parser of object paths: IWbemPath.
    WBEM_DEF_PATH = "CF4CC405-E2C5-4DDD-B3CE-5E7582D8C9FA";
    /// The MOF compiler: IMofCompiler.
    MOF_COMPILER = "6DAF9757-2E37-11D2-AEC9-00C04FB68820";
    /// Objects as XML text: IWbemObjectTextSrc.
    WBEM_OBJECT_TEXT_SRC = "8D1C559D-84F0-4BB3-A7D5-56A7435A9BA6";
}
