//! CIM datetimes: points in time and intervals, as 25 characters.
//!
//! ```text
//! point     yyyymmddHHMMSS.mmmmmm±UUU   UUU = minutes east (+) or west (-) of UTC
//! interval  ddddddddHHMMSS.mmmmmm:000
//! ```
//! A field of a point may be `*` throughout: not known. Only the shape is
//! checked on parsing, because WMI stores month 13 or the customary
//! `00000000000000.000000+000` as it is given; such a value has no place on
//! the time line, and the conversions say so. The text is kept as given and is
//! what `==` compares; [`DateTime::compare`] compares instants.
//!
//! There is no clock here, and no time zone: local time is the caller's.
//!
//! Source: \[DSP0004\] 5.2.4 and the Windows pages `cim-datetime` and
//! `interval-format`.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::{Error, Status};

const MICROS_PER_SECOND: i128 = 1_000_000;
const SECONDS_PER_DAY: i128 = 86_400;
/// From 1601-01-01, where FILETIME starts, to 1970-01-01, in microseconds.
const FILETIME_TO_UNIX_MICROS: i128 = 11_644_473_600_000_000;

/// A CIM datetime in its 25-character form: a point in time or an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: [u8; 25],
}

/// The numeric fields of a point, each with its name for messages.
const POINT_FIELDS: [(Range<usize>, &str); 8] = [
    (0..4, "the year"),
    (4..6, "the month"),
    (6..8, "the day"),
    (8..10, "the hour"),
    (10..12, "the minute"),
    (12..14, "the second"),
    (15..21, "the fraction"),
    (22..25, "the UTC offset"),
];

impl DateTime {
    /// The 25 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or("")
    }

    /// Parses the 25-character form; `text.parse::<DateTime>()` also says what
    /// is wrong with it.
    #[must_use]
    pub fn parse(text: &str) -> Option<DateTime> {
        check_shape(text).ok()
    }

    /// Whether it is an interval, not a point in time.
    #[must_use]
    pub fn is_interval(&self) -> bool {
        self.text[21] == b':'
    }

    /// Whether some field is `*`.
    #[must_use]
    pub fn has_asterisks(&self) -> bool {
        self.text.contains(&b'*')
    }

    /// Microseconds from 1970-01-01 00:00 UTC to a point in time. `None` for
    /// an interval, a point with asterisks, and a date that no calendar has.
    #[must_use]
    pub fn to_utc_micros(&self) -> Option<i128> {
        if self.is_interval() {
            return None;
        }
        let (year, month, day) = (self.number(0..4)?, self.number(4..6)?, self.number(6..8)?);
        let (hour, minute, second) = (self.number(8..10)?, self.number(10..12)?, self.number(12..14)?);
        let (micros, offset) = (self.number(15..21)?, self.number(22..25)?);
        // Second 60 is a leap second; it counts as the next minute's first.
        let in_calendar = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        if !in_calendar {
            return None;
        }
        let east_minutes = if self.text[21] == b'-' { -offset } else { offset };
        let seconds = days_from_1970(year, month, day) * SECONDS_PER_DAY
            + hour * 3600
            + (minute - east_minutes) * 60
            + second;
        Some(seconds * MICROS_PER_SECOND + micros)
    }

    /// The length of an interval in microseconds; `None` for a point in time.
    #[must_use]
    pub fn interval_micros(&self) -> Option<i128> {
        if !self.is_interval() {
            return None;
        }
        let (days, hours) = (self.number(0..8)?, self.number(8..10)?);
        let (minutes, seconds) = (self.number(10..12)?, self.number(12..14)?);
        let all = days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds;
        Some(all * MICROS_PER_SECOND + self.number(15..21)?)
    }

    /// The point in time `micros` microseconds after 1970-01-01 00:00 UTC, as
    /// a clock shows it `offset_minutes` east of UTC. `None` outside the years
    /// 0000 to 9999 and for an offset of more than 999 minutes.
    #[must_use]
    pub fn from_utc_micros(micros: i128, offset_minutes: i16) -> Option<DateTime> {
        if offset_minutes.unsigned_abs() > 999 {
            return None;
        }
        let local = micros.checked_add(i128::from(offset_minutes) * 60 * MICROS_PER_SECOND)?;
        let (seconds, fraction) = (local.div_euclid(MICROS_PER_SECOND), local.rem_euclid(MICROS_PER_SECOND));
        let (days, of_day) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
        // The bound keeps the calendar arithmetic far from overflow.
        if days.unsigned_abs() > 10_000 * 366 {
            return None;
        }
        let (year, month, day) = date_of(days);
        if !(0..=9999).contains(&year) {
            return None;
        }
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let offset = offset_minutes.unsigned_abs();
        DateTime::parse(&format!(
            "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}.{fraction:06}{sign}{offset:03}"
        ))
    }

    /// The point in time of a FILETIME (100-ns units since 1601-01-01 UTC), as
    /// a clock shows it `offset_minutes` east of UTC. The seventh decimal of
    /// the second is dropped. `None` as for [`DateTime::from_utc_micros`].
    #[must_use]
    pub fn from_filetime_100ns(filetime_100ns: u64, offset_minutes: i16) -> Option<DateTime> {
        let micros = i128::from(filetime_100ns / 10) - FILETIME_TO_UNIX_MICROS;
        DateTime::from_utc_micros(micros, offset_minutes)
    }

    /// The FILETIME of a point in time: 100-ns units since 1601-01-01 UTC.
    /// `None` where there is no instant, or one before 1601.
    #[must_use]
    pub fn to_filetime_100ns(&self) -> Option<u64> {
        u64::try_from((self.to_utc_micros()? + FILETIME_TO_UNIX_MICROS) * 10).ok()
    }

    /// The interval of `micros` microseconds; `None` from 100,000,000 days on.
    #[must_use]
    pub fn from_interval_micros(micros: u128) -> Option<DateTime> {
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        DateTime::parse(&format!("{days:08}{hours:02}{minutes:02}{seconds:02}.{fraction:06}:000"))
    }

    /// The order of two points as instants, or of two intervals by length.
    /// Where one of them has no such place, equal texts are equal and nothing
    /// else is known: an interval and a point, or fields of asterisks.
    #[must_use]
    pub fn compare(&self, other: &DateTime) -> Option<Ordering> {
        let points = (self.to_utc_micros(), other.to_utc_micros());
        let intervals = (self.interval_micros(), other.interval_micros());
        match (points, intervals) {
            ((Some(a), Some(b)), _) | (_, (Some(a), Some(b))) => Some(a.cmp(&b)),
            _ => (self.text == other.text).then_some(Ordering::Equal),
        }
    }

    /// The number in a field; `None` when it is asterisks.
    fn number(&self, field: Range<usize>) -> Option<i128> {
        self.text[field]
            .iter()
            .try_fold(0, |sum: i128, byte| byte.is_ascii_digit().then(|| sum * 10 + i128::from(byte - b'0')))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for DateTime {
    type Err = Error;

    /// Parses the 25-character form; an error is `WBEM_E_INVALID_PARAMETER`
    /// and says which field is wrong.
    fn from_str(text: &str) -> Result<DateTime, Error> {
        check_shape(text).map_err(|wrong| {
            Error::new(
                Status::WBEM_E_INVALID_PARAMETER,
                format!(
                    "\"{text}\" is no datetime: {wrong}; write yyyymmddHHMMSS.mmmmmm+UUU, \
                     or ddddddddHHMMSS.mmmmmm:000 for an interval"
                ),
            )
        })
    }
}

/// The datetime, or what is wrong with its shape.
fn check_shape(text: &str) -> Result<DateTime, String> {
    let Ok(bytes) = <[u8; 25]>::try_from(text.as_bytes()) else {
        return Err(format!("it has {} characters instead of 25", text.chars().count()));
    };
    if bytes[14] != b'.' {
        return Err("there is no '.' after the seconds".to_owned());
    }
    let digits = |field: &Range<usize>| bytes[field.clone()].iter().all(u8::is_ascii_digit);
    match bytes[21] {
        b':' => {
            if !(digits(&(0..14)) && digits(&(15..21)) && &bytes[22..] == b"000") {
                return Err("an interval has digits only, and 000 after the ':'".to_owned());
            }
        }
        b'+' | b'-' => {
            for (field, name) in &POINT_FIELDS {
                if !digits(field) && !bytes[field.clone()].iter().all(|byte| *byte == b'*') {
                    return Err(format!("{name} is neither all digits nor all asterisks"));
                }
            }
        }
        _ => return Err("there is no '+', '-' or ':' after the microseconds".to_owned()),
    }
    Ok(DateTime { text: bytes })
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i128, month: i128) -> i128 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years
/// are counted from March, so that the leap day is a year's last.
fn days_from_1970(year: i128, month: i128, day: i128) -> i128 {
    let (year, from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 153 days are five months from March or August: 31, 30, 31, 30, 31.
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    year * 365 + leap_days + day_of_year - 719_468
}

/// The year, month and day that are `days` after 1970-01-01.
fn date_of(days: i128) -> (i128, i128, i128) {
    // The mean year is a close first guess, at most one year off.
    let mut year = 1970 + (days * 400).div_euclid(146_097);
    while days_from_1970(year, 1, 1) > days {
        year -= 1;
    }
    while days_from_1970(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 12;
    while days_from_1970(year, month, 1) > days {
        month -= 1;
    }
    (year, month, days - days_from_1970(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        DateTime::parse(text).unwrap_or_else(|| panic!("{text} is a datetime"))
    }

    #[test]
    fn shapes() {
        let good = [
            "20240305140709.123456+060",
            "00000000000000.000000+000",
            "19980416******.000000+***",
            "1942**21103300.000000-480",
            "12345678121212.123456:000",
        ];
        for text in good {
            assert_eq!(at(text).to_string(), text);
        }
        let bad = [
            ("", "it has 0 characters instead of 25"),
            ("20240305140709,123456+060", "there is no '.'"),
            ("20240305140709.123456 060", "there is no '+'"),
            ("2024030514070*.123456+060", "the second is neither"),
            ("20240305140709.12345*+060", "the fraction is neither"),
            ("****0305140709.123456:000", "an interval has digits only"),
            ("00000001120032.000000:060", "an interval has digits only"),
            ("202403051407é.123456+060", "the second is neither"),
        ];
        for (text, wrong) in bad {
            assert_eq!(DateTime::parse(text), None);
            let error = text.parse::<DateTime>().unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER);
            assert!(error.message().contains(wrong), "{error}");
        }
    }

    #[test]
    fn instants() {
        assert_eq!(at("19700101000000.000000+000").to_utc_micros(), Some(0));
        assert_eq!(at("20240305140709.123456+060").to_utc_micros(), Some(1_709_644_029_123_456));
        assert_eq!(
            at("20240305140709.123456+060").compare(&at("20240305130709.123456+000")),
            Some(Ordering::Equal)
        );
        assert_eq!(
            at("20240305140709.123456+060").compare(&at("20240305140709.123456+000")),
            Some(Ordering::Less)
        );
        assert_eq!(at("16010101000000.000000+000").to_filetime_100ns(), Some(0));
        assert_eq!(at("15991231235959.999999+000").to_filetime_100ns(), None);
        let unix_epoch = DateTime::from_filetime_100ns(116_444_736_000_000_009, -60).unwrap();
        assert_eq!(unix_epoch.as_str(), "19691231230000.000000-060");
        assert_eq!(unix_epoch.to_filetime_100ns(), Some(116_444_736_000_000_000));
        for nowhere in ["00000000000000.000000+000", "20230229000000.000000+000", "19980416******.000000+***"]
        {
            assert_eq!(at(nowhere).to_utc_micros(), None, "{nowhere}");
            assert_eq!(at(nowhere).compare(&at(nowhere)), Some(Ordering::Equal));
            assert_eq!(at(nowhere).compare(&at("20240305140709.123456+060")), None);
        }
        assert_eq!(DateTime::from_filetime_100ns(u64::MAX, 0), None);
        assert_eq!(DateTime::from_utc_micros(0, 1000), None);
        assert_eq!(DateTime::from_utc_micros(i128::MAX, 1), None);
    }

    #[test]
    fn every_day_of_the_calendar_round_trips() {
        let first = at("00000101000000.000000+000").to_utc_micros().unwrap();
        let last = at("99991231000000.000000+000").to_utc_micros().unwrap();
        let day = SECONDS_PER_DAY * MICROS_PER_SECOND;
        assert_eq!((last - first) / day + 1, 3_652_425);
        for micros in (first..=last).step_by(17 * 86_400_000_000) {
            let datetime = DateTime::from_utc_micros(micros, 0).unwrap();
            assert_eq!(datetime.to_utc_micros(), Some(micros), "{datetime}");
        }
        assert_eq!(DateTime::from_utc_micros(last + day, 0), None);
        assert_eq!(DateTime::from_utc_micros(first - 1, 0), None);
    }

    #[test]
    fn intervals() {
        let interval = at("00000001120032.000000:000");
        assert!(interval.is_interval());
        assert_eq!(interval.interval_micros(), Some(129_632_000_000));
        assert_eq!(DateTime::from_interval_micros(129_632_000_000), Some(interval));
        assert_eq!(interval.to_utc_micros(), None);
        assert_eq!(interval.compare(&at("00000001120033.000000:000")), Some(Ordering::Less));
        assert_eq!(interval.compare(&at("20240305140709.123456+060")), None);
        assert_eq!(DateTime::from_interval_micros(u128::MAX), None);
    }
}
