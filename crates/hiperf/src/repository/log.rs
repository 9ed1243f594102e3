//! The log: the MOF of every transaction since the last checkpoint, in a file
//! of its own, from which everything else can be made again.
//!
//! ```text
//! log    = { record } ;
//! record = "// hiperf " generation " " namespace " " parts " " length " " checksum LF
//!          part { part } ;                                      (* length bytes *)
//! part   = "// file " length " " name LF text LF ;
//! ```
//! Numbers are decimal, the checksum is hexadecimal and covers the head up to
//! it and the body. The file is MOF that a person can read and any MOF compiler
//! takes piece by piece. A record is appended and synced before its transaction
//! is committed; a tail that is torn, or that was never committed, is cut off by
//! the next writer, because nobody was told that it is stored.

use std::fmt::Write as _;

use super::checksum::checksum;

/// A text and the name of the file it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MofText {
    /// What diagnostics call it.
    pub name: String,
    /// The text, includes already in place.
    pub text: String,
}

/// The MOF of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub generation: u64,
    /// The namespace of what no pragma puts elsewhere.
    pub namespace: String,
    pub parts: Vec<MofText>,
}

/// What a log holds.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The whole records, each with where it ends.
    pub records: Vec<(Record, usize)>,
    /// What is wrong, and where: a place in the file and a sentence.
    pub damage: Vec<(usize, String)>,
}

const START: &str = "// hiperf ";

impl Record {
    /// A record that makes everything there is after the transaction of a
    /// generation.
    pub(crate) fn of(generation: u64, part: MofText) -> Record {
        Record { generation, namespace: super::MOFCOMP_NAMESPACE.to_owned(), parts: vec![part] }
    }

    /// The record as it stands in the file.
    pub(crate) fn encode(&self) -> String {
        let mut body = String::new();
        for part in &self.parts {
            // A name is one line.
            let name: String = part.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            // Writing to a String does not fail.
            let _ = writeln!(body, "// file {} {name}", part.text.len());
            body.push_str(&part.text);
            body.push('\n');
        }
        let head =
            format!("{START}{} {} {} {}", self.generation, self.namespace, self.parts.len(), body.len());
        let sum = checksum(format!("{head}\n{body}").as_bytes());
        format!("{head} {sum:016x}\n{body}")
    }

    /// The record at the start of `text`, and its length.
    fn decode(text: &[u8]) -> Result<(Record, usize), String> {
        let line_end = text.iter().position(|byte| *byte == b'\n').ok_or("its first line has no end")?;
        let line = std::str::from_utf8(&text[..line_end]).map_err(|_| "its first line is no text")?;
        let fields: Vec<&str> =
            line.strip_prefix(START).ok_or("it does not start as one")?.split(' ').collect();
        // A namespace has no blanks.
        let [generation, namespace, parts, length, sum] = fields[..] else {
            return Err("its first line has not five fields".into());
        };
        let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text:?} is no number"));
        let length = usize::try_from(number(length)?).unwrap_or(usize::MAX);
        let body_at = line_end + 1;
        let body =
            length.checked_add(body_at).and_then(|end| text.get(body_at..end)).ok_or("its end is missing")?;
        let head = &text[..line_end - sum.len() - 1];
        let covered: Vec<u8> = [head, b"\n", body].concat();
        if u64::from_str_radix(sum, 16) != Ok(checksum(&covered)) {
            return Err("its checksum is wrong".into());
        }
        let generation = number(generation)?;
        let parts = (0..number(parts)?).scan(body, |rest, _| Some(part(rest))).collect::<Option<Vec<_>>>();
        let parts = parts.ok_or("its parts are not as it says")?;
        Ok((Record { generation, namespace: namespace.to_owned(), parts }, body_at + length))
    }
}

/// The part at the start of `rest`, which is moved behind it.
fn part(rest: &mut &[u8]) -> Option<MofText> {
    let line_end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&rest[..line_end]).ok()?;
    let (length, name) = line.strip_prefix("// file ")?.split_once(' ')?;
    let text_end = length.parse::<usize>().ok()?.checked_add(line_end + 1)?;
    let text = std::str::from_utf8(rest.get(line_end + 1..text_end)?).ok()?;
    *rest = rest.get(text_end..)?.strip_prefix(b"\n")?;
    Some(MofText { name: name.to_owned(), text: text.to_owned() })
}

impl Log {
    /// A log of one record.
    pub(crate) fn of(record: Record) -> Log {
        let end = record.encode().len();
        Log { records: vec![(record, end)], damage: Vec::new() }
    }

    /// Reads a log. Behind damage it goes on with the next record that is
    /// whole.
    pub(crate) fn read(bytes: &[u8]) -> Log {
        let mut log = Log::default();
        let mut at = 0;
        while at < bytes.len() {
            match Record::decode(&bytes[at..]) {
                Ok((record, length)) => {
                    at += length;
                    if let Some((last, _)) = log.records.last()
                        && record.generation != last.generation + 1
                    {
                        let what = format!(
                            "the records between {} and {} are missing",
                            last.generation, record.generation
                        );
                        log.damage.push((at - length, what));
                    }
                    log.records.push((record, at));
                }
                Err(what) => {
                    log.damage.push((at, format!("the record there can't be read: {what}")));
                    at = next_start(bytes, at);
                }
            }
        }
        log
    }

    /// The generation of the last record; 0 without one.
    pub(crate) fn generation(&self) -> u64 {
        self.records.last().map_or(0, |(record, _)| record.generation)
    }
}

/// Where the next record may start, behind `at`. Whether it does, its checksum
/// tells.
fn next_start(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at + 1..).unwrap_or_default();
    let found = rest.windows(START.len()).position(|window| window == START.as_bytes());
    found.map_or(bytes.len(), |found| at + 1 + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(generation: u64, text: &str) -> Record {
        let part = |name: &str| MofText { name: name.into(), text: text.into() };
        Record { generation, namespace: "root\\cimv2".into(), parts: vec![part("a b.mof"), part("b.mof")] }
    }

    #[test]
    fn what_is_written_is_read() {
        let records = [record(4, "class A {};"), record(5, ""), record(6, "// hiperf 7 x 0 0 0\n\n")];
        let text: String = records.iter().map(Record::encode).collect();
        let log = Log::read(text.as_bytes());
        assert_eq!(
            log.records.iter().map(|(record, _)| record).collect::<Vec<_>>(),
            records.iter().collect::<Vec<_>>()
        );
        assert_eq!((log.damage.len(), log.generation()), (0, 6));
        assert_eq!(log.records[2].1, text.len());
    }

    #[test]
    fn damage_is_found_and_passed() {
        let text: String = (1..=3).map(|n| record(n, "class A {};").encode()).collect();
        let bytes = text.as_bytes();
        for at in 0..bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 4;
            let log = Log::read(&flipped);
            assert!(!log.damage.is_empty(), "byte {at}");
            assert_eq!(log.records.len(), 2, "byte {at}: {:?}", log.damage);
        }
        let last = Log::read(bytes).records[1].1;
        for len in last + 1..bytes.len() {
            let log = Log::read(&bytes[..len]);
            assert!(log.damage[0].0 == last && log.records.len() == 2, "{len} bytes: {:?}", log.damage);
        }
        let gap = [record(1, ""), record(3, "")].map(|record| record.encode()).concat();
        assert!(!Log::read(gap.as_bytes()).damage.is_empty());
    }
}
