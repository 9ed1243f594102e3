//! Statistics of random windows against a second implementation in exact
//! fractions, `cook/exact_statistics.py`.

mod samples;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use hiperf_cim::cook::{SampleKind, SampleWindow, Statistic, Width};
use samples::Random;

const WINDOWS: u64 = 200;

/// A finite real, mostly of any magnitude, often a small number.
fn real(random: &mut Random) -> f64 {
    match random.next() % 4 {
        0 => f64::from((random.next() % 2000) as u32) / 8.0 - 100.0,
        // Whose squares have a sum.
        1 => f64::from_bits((random.next() % (1 << 62)) | (random.next() << 63)),
        2 => f64::from(random.next() as i32),
        _ => 1e9 + f64::from((random.next() % 100) as u32) / 3.0,
    }
}

/// The rows of one window, filled beyond its size.
fn rows(table: &mut String, random: &mut Random, kind: SampleKind) {
    let size = (random.next() % 40 + 1) as usize;
    let mut window = SampleWindow::new(kind, size).expect("a size");
    let widths = [Width::U8, Width::U16, Width::U32, Width::U64];
    let width = widths[(random.next() % 4) as usize];
    let mut texts = Vec::new();
    for _ in 0..random.next() % 60 + 1 {
        let bits = match kind {
            SampleKind::Real => real(random).to_bits(),
            SampleKind::Unsigned => random.value(width),
            SampleKind::Signed => random.value(Width::U64) << (random.next() % 64),
        };
        window.push(bits);
        texts.push(match kind {
            SampleKind::Real => format!("{:?}", f64::from_bits(bits)),
            SampleKind::Unsigned => bits.to_string(),
            SampleKind::Signed => bits.cast_signed().to_string(),
        });
    }
    let last = texts[texts.len().saturating_sub(size)..].join(" ");
    let kind = if kind == SampleKind::Real { "reals" } else { "integers" };
    for statistic in Statistic::ALL {
        let Ok(cooked) = statistic.cook(&window) else { continue };
        let integer =
            cooked.within((i128::MIN, i128::MAX)).map_or("-".to_owned(), |integer| integer.to_string());
        writeln!(table, "{} {kind} {integer} {:?} {last}", statistic.name(), cooked.real())
            .expect("a String takes all");
    }
}

#[test]
fn random_windows_are_exact() {
    let mut random = Random(0x51_7CC1_B727_220A);
    let mut table = String::new();
    for _ in 0..WINDOWS {
        for kind in [SampleKind::Unsigned, SampleKind::Signed, SampleKind::Real] {
            rows(&mut table, &mut random, kind);
        }
    }
    let count = table.lines().count() as u64;
    assert!(count > WINDOWS * 3 * Statistic::ALL.len() as u64 * 9 / 10, "only {count} values");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cook_statistics.txt");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cook/exact_statistics.py");
    let check = |table: &str| {
        fs::write(&path, table).expect("the table is written");
        Command::new("python3").arg("-B").arg(&script).arg(&path).output()
    };
    match check(&table) {
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
        }
        Err(error) => {
            assert!(std::env::var_os("HIPERF_CI").is_none(), "python3: {error}");
            println!("skipped: python3: {error}");
            return;
        }
    }
    // And it would notice.
    let wrong = table.replacen("HIPERF_MEDIAN integers ", "HIPERF_MEDIAN integers 1", 1);
    assert!(!check(&wrong).expect("it ran before").status.success());
}
