//! Datetimes as WHERE clauses write them.
//!
//! ```text
//! yyyymmddHHMMSS.mmmmmm±UUU and the interval     as everywhere in CIM
//! date [ " " HH ":" mm [ ":" ss [ ( ":" | "." ) mmm ] ] ]
//! date = yyyy "-" MM "-" dd | MM "/" dd "/" yyyy | yyyyMMdd
//! ```
//! Windows takes further forms, which depend on the server's language; these
//! mean the same everywhere. A form without an offset is the server's local
//! time, whose offset the caller supplies.
//!
//! Source: the Windows pages `wql-supported-date-formats` and
//! `wql-supported-time-formats`.

use crate::DateTime;

/// The datetime that `text` is, if it is one.
pub(super) fn parse(text: &str, utc_offset_minutes: i16) -> Option<DateTime> {
    if let Some(datetime) = DateTime::parse(text) {
        return Some(datetime);
    }
    let (date, time) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let (year, month, day) = parse_date(date)?;
    let (hour, minute, second, millisecond) = parse_time(time.trim_start())?;
    let sign = if utc_offset_minutes < 0 { '-' } else { '+' };
    let offset = utc_offset_minutes.unsigned_abs();
    let datetime = DateTime::parse(&format!(
        "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}.{millisecond:03}000{sign}{offset:03}"
    ))?;
    datetime.to_utc_micros().is_some().then_some(datetime)
}

fn parse_date(date: &str) -> Option<(u32, u32, u32)> {
    let parts = |separator: char| -> Option<Vec<&str>> {
        let parts: Vec<&str> = date.split(separator).collect();
        (parts.len() == 3).then_some(parts)
    };
    if let Some(parts) = parts('-') {
        return Some((digits(parts[0], 4..=4)?, digits(parts[1], 1..=2)?, digits(parts[2], 1..=2)?));
    }
    if let Some(parts) = parts('/') {
        return Some((digits(parts[2], 4..=4)?, digits(parts[0], 1..=2)?, digits(parts[1], 1..=2)?));
    }
    let all = digits(date, 8..=8)?;
    Some((all / 10_000, all / 100 % 100, all % 100))
}

fn parse_time(time: &str) -> Option<(u32, u32, u32, u32)> {
    if time.is_empty() {
        return Some((0, 0, 0, 0));
    }
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 1..=2)?, digits(parts.next()?, 2..=2)?);
    let Some(rest) = parts.next() else { return Some((hour, minute, 0, 0)) };
    let (second, millisecond) = match rest.split_once([':', '.']) {
        Some((second, millisecond)) => (second, digits(millisecond, 3..=3)?),
        None => (rest, 0),
    };
    Some((hour, minute, digits(second, 2..=2)?, millisecond))
}

/// The number that `text` is, when it is digits only, so many of them.
fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, expected) in [
            ("20240305140709.123456+060", Some("20240305140709.123456+060")),
            ("00000001120032.000000:000", Some("00000001120032.000000:000")),
            ("2024-01-01", Some("20240101000000.000000-090")),
            ("2024-3-5 9:07", Some("20240305090700.000000-090")),
            ("03/05/2024 14:07:09", Some("20240305140709.000000-090")),
            ("20240305 14:07:09:123", Some("20240305140709.123000-090")),
            ("2024-03-05 14:07:09.123", Some("20240305140709.123000-090")),
            ("2024-13-05", None),
            ("2024-02-30", None),
            ("2024-03-05 24:00", None),
            ("2024-03-05 14", None),
            ("24-03-05", None),
            ("yesterday", None),
            ("", None),
        ] {
            let datetime = parse(text, -90);
            assert_eq!(datetime.as_ref().map(DateTime::as_str), expected, "{text}");
        }
    }
}
