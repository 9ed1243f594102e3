//! Namespace paths that other people's tests hand to ConnectServer, with what
//! Windows answers.

use std::path::Path;

use hiperf_cim::Status;
use hiperf_cim::path::NamespacePath;

/// Namespaces that are well formed and exist on no machine: whether one exists
/// is the engine's business, not the parser's.
const ABSENT: [&str; 5] = ["NONE", "\\\\.\\NONE", "ROOT\\NONE", "root\\cimv0", "root\\cimv1"];

#[test]
fn namespace_paths() {
    let Some(corpora) = std::env::var_os("HIPERF_CORPORA") else {
        println!("skipped: HIPERF_CORPORA is not set");
        return;
    };
    let text = std::fs::read_to_string(Path::new(&corpora).join("namespace-paths.tsv")).unwrap();
    let mut rows = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let path = cells[0].replace("\\\\", "\\");
        let parsed = NamespacePath::parse(&path);
        match cells[1] {
            "S_OK" => assert!(parsed.is_ok_and(|path| path.is_local()), "{path}"),
            "WBEM_E_INVALID_NAMESPACE" if ABSENT.contains(&path.as_str()) => {
                assert!(parsed.is_ok(), "{path}")
            }
            "WBEM_E_INVALID_NAMESPACE" => {
                assert_eq!(parsed.unwrap_err().status(), Status::WBEM_E_INVALID_NAMESPACE, "{path}");
            }
            "WBEM_E_INVALID_PARAMETER" => {
                assert_eq!(parsed.unwrap_err().status(), Status::WBEM_E_INVALID_PARAMETER, "{path}");
            }
            // Windows looked for a machine of that name and found none.
            unavailable if unavailable.contains("RPC_S_SERVER_UNAVAILABLE") => {
                assert!(parsed.is_ok_and(|path| !path.is_local()), "{path}");
            }
            other => panic!("{path}: unknown expectation {other}"),
        }
        rows += 1;
    }
    assert!(rows >= 27, "the corpus has {rows} rows");
}
