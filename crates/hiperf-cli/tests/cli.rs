//! The command as a person and a script meet it: the real binary, on the
//! machine the test runs on.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

const PROCESSOR: &str = "Win32_PerfFormattedData_PerfOS_Processor";
const RAW_PROCESSOR: &str = "Win32_PerfRawData_PerfOS_Processor";

fn hiperf(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hiperf"));
    command.args(arguments).env_remove("COLUMNS").stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is UTF-8")
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    command.output().expect("the binary that cargo built for this test runs")
}

/// Standard output of a run that has to succeed.
#[track_caller]
fn succeed(arguments: &[&str]) -> String {
    let output = run(&mut hiperf(arguments));
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    text(&output.stdout).to_owned()
}

/// Standard error of a run that has to fail with a status.
#[track_caller]
fn fail(arguments: &[&str], status: i32) -> String {
    let output = run(&mut hiperf(arguments));
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    text(&output.stderr).to_owned()
}

/// Runs a Python program that gets `input`, and returns what it prints.
#[track_caller]
fn python(program: &str, input: &str) -> String {
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("python3 reads its input");
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "{program}\nof\n{input}");
    text(&output.stdout).to_owned()
}

/// The values of a field of each JSON line, as Python sees them, by blanks.
#[track_caller]
fn json_field(lines: &str, field: &str) -> String {
    let program =
        format!("import sys,json\nfor line in sys.stdin: print(json.loads(line)[{field:?}], end=' ')");
    python(&program, lines).trim_end().to_owned()
}

#[test]
fn query_in_every_format() {
    let query = format!("SELECT Name, PercentIdleTime, Timestamp_Sys100NS FROM {RAW_PROCESSOR}");
    let table = succeed(&["query", &query]);
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().expect("a header").split_whitespace().collect();
    assert_eq!(header, ["Name", "PercentIdleTime", "Timestamp_Sys100NS"]);
    assert!(lines.any(|line| line.starts_with("_Total ")), "{table}");

    let json = succeed(&["query", &query, "--format", "json"]);
    assert!(json_field(&json, "Name").contains("_Total"), "{json}");
    let time = json_field(&json, "Timestamp_Sys100NS");
    let first_time: u64 = time.split(' ').next().unwrap_or_default().parse().expect("an exact integer");
    assert!(json.contains(&format!("\"Timestamp_Sys100NS\":{first_time}}}")), "{json}");

    let strings = succeed(&["query", &query, "--format", "json", "--json-strings"]);
    assert!(strings.lines().all(|line| line.ends_with("\"}")), "{strings}");
    json_field(&strings, "Name");

    let csv = succeed(&["query", &query, "--format", "csv"]);
    assert!(csv.starts_with("Name,PercentIdleTime,Timestamp_Sys100NS\n"), "{csv}");
    let program = "import csv,sys\nprint(all(len(row) == 3 for row in csv.reader(sys.stdin)))";
    assert_eq!(python(program, &csv), "True\n");

    let mof = succeed(&["query", &query, "--format", "mof"]);
    assert!(mof.starts_with(&format!("instance of {RAW_PROCESSOR}\n{{\n\tName = \"")), "{mof}");
    assert_eq!(mof.matches("};\n").count(), json.lines().count());
}

#[test]
fn query_selects_and_orders_as_it_is_told() {
    let query =
        format!("SELECT PercentIdleTime, name, __CLASS, Name FROM {RAW_PROCESSOR} WHERE Name = '_Total'");
    let table = succeed(&["query", &query]);
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["PercentIdleTime", "Name", "__CLASS"]);
    assert_eq!((rows.len(), rows[1][1], rows[1][2]), (2, "_Total", RAW_PROCESSOR));
}

#[test]
fn a_query_means_subclasses_too() {
    let json = succeed(&["query", "SELECT * FROM Win32_PerfRawData", "--format", "json"]);
    let classes = json_field(&json, "__CLASS");
    for class in ["Win32_PerfRawData_PerfOS_Memory", RAW_PROCESSOR, "Win32_PerfRawData_PerfOS_System"] {
        assert!(classes.contains(class), "{classes}");
    }
    let csv = succeed(&["query", "SELECT * FROM Win32_PerfRawData", "--format", "csv"]);
    let program = "import csv,sys\nprint(len({len(row) for row in csv.reader(sys.stdin)}))";
    assert_eq!(python(program, &csv), "1\n", "every record has the same fields");
}

#[test]
fn tables_fit_and_say_what_they_leave_out() {
    let query = format!("SELECT * FROM {RAW_PROCESSOR}");
    let output = run(hiperf(&["query", &query]).env("COLUMNS", "60"));
    let table = text(&output.stdout);
    assert!(table.starts_with("Name "), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 60), "{table}");
    assert!(table.lines().last().is_some_and(|line| line.ends_with(" columns, --all shows them")), "{table}");
    assert!(!succeed(&["query", &query]).contains("--all"), "no remarks for scripts");

    let output = run(hiperf(&["query", &query, "--all"]).env("COLUMNS", "60"));
    let sheet = text(&output.stdout);
    assert!(sheet.starts_with("Property "), "{sheet}");
    assert!(sheet.contains("\nTimestamp_Sys100NS "), "{sheet}");
    assert!(sheet.lines().all(|line| line.chars().count() <= 60), "{sheet}");
    let wide = succeed(&["query", &query, "--all"]);
    assert!(wide.lines().next().is_some_and(|header| header.contains("Timestamp_Sys100NS")), "{wide}");
}

#[test]
fn get_shows_one_object() {
    let total = succeed(&["get", "PerfRawData_PerfOS_Processor.Name=\"_Total\""]);
    assert!(
        total.lines().any(|line| line.starts_with("PercentIdleTime ") && line.ends_with("  100 nanoseconds"))
    );
    assert!(!total.contains("DPCRate"), "unsupported: {total}");
    let json = succeed(&["get", &format!("{RAW_PROCESSOR}.Name=\"_Total\""), "--format", "json"]);
    assert_eq!(json_field(&json, "Name"), "_Total");
    assert_eq!(json_field(&json, "DPCRate"), "None");
    assert_eq!(json.lines().count(), 1);
    let memory = succeed(&["get", "PerfRawData_PerfOS_Memory"]);
    let available = memory.lines().find(|line| line.starts_with("AvailableBytes ")).expect("it is supported");
    let value: u64 = available.split_whitespace().nth(1).and_then(|v| v.parse().ok()).expect("a number");
    assert!(value > 0);
    assert_eq!(memory.lines().next(), succeed(&["get", "PerfRawData_PerfOS_Memory=@"]).lines().next());
}

#[test]
fn classes_are_listed_and_found() {
    let all = succeed(&["classes"]);
    let line = all.lines().find(|line| line.starts_with(PROCESSOR)).expect("it is listed");
    assert!(line.contains(" formatted ") && line.contains("Processor: What each processor did"), "{line}");
    assert!(!all.contains("__Provider"), "{all}");
    assert!(succeed(&["classes", "--all"]).contains("__Provider"));
    assert_eq!(succeed(&["classes", "*RAW*_memory"]).lines().count(), 2);
    let json = succeed(&["classes", "perfos_system", "--format", "json"]);
    assert_eq!(json_field(&json, "Kind"), "formatted singleton raw singleton");
    assert!(succeed(&["classes", "--format", "csv"]).starts_with("Class,Kind,DisplayName,Description\n"));
    assert!(fail(&["classes", "nosuchthing"], 1).contains("WBEM_E_NOT_FOUND (0x80041002)"));
}

#[test]
fn describe_explains() {
    let page = succeed(&["describe", "Processor"]);
    assert!(page.starts_with(&format!("{PROCESSOR}  formatted\n")), "{page}");
    for expected in [
        "  Provider  HiPerfCooker_v1, from Win32_PerfRawData_PerfOS_Processor\n",
        "  Key       Name\n",
        "PercentProcessorTime  uint64, Percent, in tables\n",
        "PERF_100NSEC_TIMER_INV: ",
        "From /proc/stat: cpuN idle; /proc/stat: cpuN iowait\n",
        "Unsupported: The kernel keeps totals of soft interrupts",
    ] {
        assert!(page.contains(expected), "{expected}\nin\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    assert!(
        !page.contains("Timestamp_Object")
            && succeed(&["describe", "Processor", "--all"]).contains("Timestamp_Object")
    );
    let json = succeed(&["describe", RAW_PROCESSOR, "--format", "json"]);
    assert!(json_field(&json, "Source").contains("/proc/stat: cpuN idle"), "{json}");
    assert!(succeed(&["describe", RAW_PROCESSOR, "--format", "csv"]).starts_with("Class,Name,"));
    let mof = succeed(&["describe", RAW_PROCESSOR, "--format", "mof"]);
    assert!(mof.contains(&format!("\nclass {RAW_PROCESSOR} : Win32_PerfRawData\n{{\n")), "{mof}");
}

#[test]
fn watch_appends_where_it_can_not_draw() {
    let table = succeed(&["watch", "Processor", "--count", "2", "--interval", "100ms"]);
    assert_eq!(table.lines().filter(|line| line.starts_with("Name ")).count(), 2, "{table}");
    assert!(!table.contains('\x1b'), "{table}");

    let json = succeed(&["watch", RAW_PROCESSOR, "--count", "3", "--interval", "20ms", "--format", "json"]);
    let times = json_field(&json, "Timestamp");
    let mut times: Vec<&str> = times.split(' ').collect();
    times.dedup();
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(times.is_sorted(), "{times:?}");
    assert!(times.iter().all(|time| time.len() == "2026-01-02T03:04:05.678901Z".len()), "{times:?}");

    let csv =
        succeed(&["watch", "Memory", "System", "--count", "2", "--interval", "50ms", "--format", "csv"]);
    assert!(csv.starts_with("Timestamp,__CLASS,"), "{csv}");
    assert_eq!(csv.lines().count(), 5, "{csv}");

    let mof =
        succeed(&["watch", &format!("{RAW_PROCESSOR}.Name=\"_Total\""), "--count", "1", "--format", "mof"]);
    assert!(mof.starts_with("// 20") && mof.contains("\tName = \"_Total\";\n"), "{mof}");
}

#[test]
fn watch_takes_classes_objects_and_queries_together() {
    let query = format!("select Name from {RAW_PROCESSOR} where Name = '_Total'");
    let targets = ["watch", "PerfRawData_PerfOS_Memory=@", &query, RAW_PROCESSOR, "-c", "1"];
    let table = succeed(&targets);
    assert!(table.contains("\nWin32_PerfRawData_PerfOS_Memory=@\nProperty "), "{table}");
    assert!(table.contains("\nName\n_Total\n"), "{table}");
    assert!(table.contains(" PercentUserTime "), "{table}");
}

#[test]
fn watch_says_why() {
    // Of the counters that the class marks as unsupported it is known everywhere.
    let watch = ["watch", "PerfFormattedData_PerfOS_System=@", "-c", "1", "-i", "50ms", "--why"];
    let says = |more: &[&str]| succeed(&[&watch[..], more].concat());
    let table = says(&["--all"]);
    // One line a reason; of what describes the class nobody asks.
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("unsupported: ")).collect();
    assert!(matches!(lines[..], [line] if line.contains("SystemCallsPersec")), "{table}");
    assert!(!table.contains("not said"), "{table}");
    let json = says(&["--format", "json"]);
    let program = "import json,sys\nfor l in sys.stdin:\n r = json.loads(l)\n print(r['why']['SystemCallsPersec'], \
                   r['SystemCallsPersec'], all(r[k] is None for k in r['why']), 'Processes' in r['why'])";
    assert_eq!(python(program, &json), "unsupported None True False\n", "{json}");
    let csv = says(&["--format", "csv"]);
    assert!(csv.lines().next().is_some_and(|header| header.ends_with(",why")), "{csv}");
    assert!(csv.contains("SystemCallsPersec: unsupported"), "{csv}");
    assert!(says(&["--format", "mof"]).contains("\n// why: "), "a comment");
    // What isn't asked for isn't shown, so that nothing has to be said of it.
    let query = format!("SELECT Name, PercentUserTime FROM {RAW_PROCESSOR}");
    let rows = succeed(&["watch", &query, "-c", "1", "--why", "--format", "json"]);
    assert!(rows.lines().all(|row| row.ends_with(",\"why\":{}}")), "{rows}");
}

#[test]
fn formatted_values_are_there_from_the_first_row_on() {
    let csv = succeed(&["watch", PROCESSOR, "-c", "1", "-i", "200ms", "--format", "csv"]);
    let program = "import csv,sys\nfor r in csv.DictReader(sys.stdin):\n if r['Name'] == '_Total': print(0 <= int(r['PercentIdleTime']) <= 100)";
    assert_eq!(python(program, &csv), "True\n", "{csv}");
}

#[test]
fn watch_draws_over_itself_on_a_terminal() {
    let program = "
import fcntl, os, pty, struct, sys, termios
arguments = sys.stdin.read().split('\\n')
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    os.execve(arguments[0], arguments, {'TERM': 'xterm'})
out = b''
try:
    while chunk := os.read(terminal, 65536): out += chunk
except OSError: pass
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
    let arguments = [env!("CARGO_BIN_EXE_hiperf"), "watch", "Processor", "-c", "2", "-i", "100ms"];
    let drawn = python(program, &arguments.join("\n"));
    assert!(drawn.contains("Processor\x1b[0m\x1b[2m  "), "a bold target, a dim time: {drawn:?}");
    assert!(drawn.contains("first values in 100ms"), "{drawn:?}");
    assert!(drawn.matches("A\x1b[2K").count() == 2, "the cursor goes up twice: {drawn:?}");
    assert!(drawn.contains("\x1b[2m+") && drawn.ends_with("\x1b[J\r\x1b[2K"), "{drawn:?}");
}

/// A running `watch` that has written its first line.
fn watching(arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child =
        hiperf(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut reader = BufReader::new(child.stdout.take().expect("piped"));
    reader.read_line(&mut String::new()).expect("a first line");
    (child, reader)
}

#[test]
fn interrupting_is_clean() {
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        // The interval is longer than anyone's patience: only the signal ends it.
        let (mut child, mut reader) =
            watching(&["watch", RAW_PROCESSOR, "--interval", "24h", "--format", "csv"]);
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).expect("the child is there");
        let mut rest = String::new();
        reader.read_to_string(&mut rest).expect("its output ends");
        assert!(rest.ends_with('\n'), "{rest}");
        let output = child.wait().expect("it ends");
        assert_eq!(output.code(), Some(0));
    }
}

#[test]
fn who_has_seen_enough_may_leave() {
    let (child, reader) = watching(&["watch", RAW_PROCESSOR, "--interval", "24h"]);
    drop(reader);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn output_that_can_not_be_written_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = run(hiperf(&["classes"]).stdout(full));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: writing standard output: "), "{}", text(&output.stderr));
}

/// The same values by way of a provider host: raw ones, and formatted ones,
/// which are cooked here.
#[test]
fn providers_may_run_apart() {
    let host = std::path::Path::new(env!("CARGO_BIN_EXE_hiperf")).with_file_name("hiperf-provider-host");
    if !host.exists() {
        assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {} isn't built", host.display());
        println!("skipped: {} isn't built; cargo build -p hiperfd builds it", host.display());
        return;
    }
    let total = succeed(&["--isolated", "get", "Memory", "--format", "json"]);
    let here = succeed(&["get", "Memory", "--format", "json"]);
    let names = |lines: &str| python("import json,sys\nprint(*json.loads(sys.stdin.read()))", lines);
    assert_eq!(names(&total), names(&here));
    assert!(total.contains("AvailableBytes") && !total.contains("\"AvailableBytes\":null"), "{total}");
    let watched =
        ["--isolated", "watch", "Processor", "--count", "2", "--interval", "50ms", "--format", "json"];
    let lines = succeed(&watched);
    assert!(json_field(&lines, "Name").contains("_Total"), "{lines}");
    assert!(!json_field(&lines, "PercentIdleTime").ends_with("None\n"), "{lines}");
}

#[test]
fn errors_say_what_is_wrong_with_the_code() {
    let check = |arguments: &[&str], message: &str, code: &str| {
        let error = fail(arguments, 1);
        assert!(error.starts_with("error: ") && error.contains(message), "{error}");
        assert!(error.lines().last().is_some_and(|line| line.starts_with(&format!("  {code}: "))), "{error}");
    };
    check(&["watch", "Procesor"], "did you mean Processor?", "WBEM_E_NOT_FOUND (0x80041002)");
    check(&["describe", "PerfOS_Nothing"], "there is no class", "WBEM_E_NOT_FOUND (0x80041002)");
    check(&["describe", "Registration"], "can be any of these", "WBEM_E_INVALID_PARAMETER (0x80041008)");
    check(&["get", "Memory.Name="], "Memory.Name=", "WBEM_E_INVALID_OBJECT_PATH (0x8004103A)");
    check(&["get", "Processor"], "Processor", "WBEM_E_INVALID_OBJECT_PATH (0x8004103A)");
    check(&["get", "PerfRawData_PerfOS_Processor.Name=\"no\""], "no", "WBEM_E_NOT_FOUND (0x80041002)");
    check(&["query", "SELECT FROM x"], "^^^^", "WBEM_E_INVALID_QUERY (0x80041017)");
    check(
        &["query", "SELECT * FROM Processor"],
        "did you mean Win32_PerfFormattedData_PerfOS_Processor?",
        "WBEM_E_INVALID_CLASS (0x80041010)",
    );
    check(&["query", "SELECT * FROM Win32_Nope"], "Win32_Nope", "WBEM_E_INVALID_CLASS (0x80041010)");
    check(
        &["query", &format!("SELECT PercentIdle FROM {RAW_PROCESSOR}")],
        "no property PercentIdle",
        "WBEM_E_INVALID_QUERY (0x80041017)",
    );
    check(&["watch", "Win32_PerfRawData"], "Win32_PerfRawData", "WBEM_E_INVALID_OPERATION (0x80041016)");
    check(&["-n", "root\\nowhere", "classes"], "root\\nowhere", "WBEM_E_INVALID_NAMESPACE (0x8004100E)");
}

#[test]
fn a_wrong_command_line_is_status_2() {
    for arguments in [
        &[] as &[&str],
        &["watch"],
        &["watch", "Processor", "--interval", "0"],
        &["watch", "Processor", "--count", "0"],
        &["query"],
        &["classes", "--format", "xml"],
        &["nosuchcommand"],
        &["get", "a", "b"],
        &["classes", "--no-such-flag"],
    ] {
        assert!(fail(arguments, 2).contains("Usage: hiperf") || !arguments.is_empty(), "{arguments:?}");
    }
    assert!(succeed(&["--help"]).contains("Usage: hiperf"));
    assert_eq!(succeed(&["--version"]), format!("hiperf {}\n", env!("CARGO_PKG_VERSION")));
}
