//! Sheets: a row for each property, a column for each instance.
//!
//! The form for one object, and for many properties of a few. Instances that
//! don't fit beside each other follow in further blocks. All value columns have
//! one width, the widest so far, so that a sheet which is drawn again and again
//! does not jump.

use hiperf_cim::Value;

use super::style::Style;
use super::text::{cell, shortened, width};

/// Blanks between two columns.
const GAP: usize = 2;
/// Texts longer than this don't make the column wider but stick out of it.
const MAX_VALUE_WIDTH: usize = 40;

/// A property of a sheet.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its unit; empty if it has none.
    pub unit: String,
    /// Whether its values are numbers.
    pub is_number: bool,
}

/// A sheet and the width its values have grown to.
#[derive(Clone, Debug)]
pub struct Sheet {
    lines: Vec<Line>,
    value_width: usize,
}

impl Sheet {
    /// A sheet of these properties.
    pub fn new(lines: Vec<Line>) -> Sheet {
        Sheet { lines, value_width: width("Value") }
    }

    /// Appends the instances to `out`, each with a title and a value for each
    /// property, in lines of at most `limit` columns of the terminal.
    pub fn render(
        &mut self,
        out: &mut String,
        instances: &[(String, Vec<Value>)],
        limit: Option<usize>,
        style: Style,
    ) {
        let widths = instances.iter().flat_map(|(title, values)| {
            std::iter::once(width(title)).chain(values.iter().map(|value| width(&cell(value))))
        });
        let widest = widths.filter(|width| *width <= MAX_VALUE_WIDTH).max().unwrap_or(0);
        self.value_width = self.value_width.max(widest);
        let limit = limit.unwrap_or(usize::MAX);
        let widest_of = |texts: &mut dyn Iterator<Item = &str>| texts.map(width).max().unwrap_or(0);
        let name_width = widest_of(&mut self.lines.iter().map(|line| &*line.name).chain(["Property"]));
        let unit_width = widest_of(&mut self.lines.iter().map(|line| &*line.unit).chain(["Unit"]));
        let room = limit.saturating_sub(name_width + GAP + unit_width);
        // One alignment for all, as most values have it, makes the calmest column.
        let is_right_aligned =
            self.lines.iter().filter(|line| line.is_number).count() * 2 >= self.lines.len();
        let has_units = self.lines.iter().any(|line| !line.unit.is_empty());
        let layout = Layout { name_width, value_width: self.value_width, is_right_aligned, limit, style };
        for (n, block) in instances.chunks((room / (self.value_width + GAP)).max(1)).enumerate() {
            if n > 0 {
                out.push('\n');
            }
            let titles: Vec<Value> = block.iter().map(|(title, _)| Value::String(title.clone())).collect();
            layout.line(out, "Property", &titles, if has_units { "Unit" } else { "" }, true);
            for (n, line) in self.lines.iter().enumerate() {
                let value_of =
                    |(_, values): &(String, Vec<Value>)| values.get(n).cloned().unwrap_or(Value::Null);
                let values: Vec<Value> = block.iter().map(value_of).collect();
                layout.line(out, &line.name, &values, &line.unit, false);
            }
        }
    }
}

/// Where the parts of a line stand.
struct Layout {
    name_width: usize,
    value_width: usize,
    is_right_aligned: bool,
    limit: usize,
    style: Style,
}

impl Layout {
    fn line(&self, out: &mut String, name: &str, values: &[Value], unit: &str, is_header: bool) {
        let bold_in_header = |text: String| if is_header { self.style.bold(text) } else { text };
        let name = shortened(name, self.limit);
        let mut used = width(&name);
        out.push_str(&bold_in_header(name));
        let mut start = self.name_width;
        for value in values {
            start += GAP;
            // The last value of a line without a unit may use the rest of it.
            let room = if unit.is_empty() && values.len() == 1 { usize::MAX } else { self.value_width };
            let to_edge = self.limit.saturating_sub(start);
            let text = shortened(&cell(value), room.min(to_edge));
            let padding = self.value_width.min(to_edge).saturating_sub(width(&text));
            let at = if self.is_right_aligned { start + padding } else { start };
            out.push_str(&" ".repeat(at.saturating_sub(used)));
            used = at + width(&text);
            out.push_str(&if value.is_null() { self.style.dim(text) } else { bold_in_header(text) });
            start += self.value_width;
        }
        let unit_at = start.max(used) + GAP;
        let unit = shortened(unit, self.limit.saturating_sub(unit_at));
        if !unit.is_empty() {
            out.push_str(&" ".repeat(unit_at - used));
            out.push_str(&if is_header { self.style.bold(unit) } else { self.style.dim(unit) });
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let line =
            |name: &str, unit: &str, is_number| Line { name: name.into(), unit: unit.into(), is_number };
        let lines =
            [line("Name", "", false), line("PercentIdleTime", "Percent", true), line("DPCRate", "", true)];
        Sheet::new(lines.into())
    }

    fn instance(title: &str, value: u64) -> (String, Vec<Value>) {
        let values = vec![Value::String(title.into()), Value::Uint64(value), Value::Null];
        (title.to_owned(), values)
    }

    #[track_caller]
    fn check(instances: &[(String, Vec<Value>)], limit: Option<usize>, expected: &str) {
        let mut out = String::new();
        sheet().render(&mut out, instances, limit, Style::default());
        assert_eq!(out, expected);
    }

    #[test]
    fn instances_stand_beside_each_other() {
        check(
            &[instance("_Total", 7), instance("0", 12)],
            Some(45),
            "Property         _Total       0  Unit\n\
             Name             _Total       0\n\
             PercentIdleTime       7      12  Percent\n\
             DPCRate               -       -\n",
        );
    }

    #[test]
    fn or_below_each_other() {
        check(
            &[instance("_Total", 7), instance("0", 12)],
            Some(34),
            "Property         _Total  Unit\n\
             Name             _Total\n\
             PercentIdleTime       7  Percent\n\
             DPCRate               -\n\n\
             Property              0  Unit\n\
             Name                  0\n\
             PercentIdleTime      12  Percent\n\
             DPCRate               -\n",
        );
    }

    #[test]
    fn texts_stand_left_where_most_values_are_texts() {
        let line = |name: &str, is_number| Line { name: name.into(), unit: String::new(), is_number };
        let mut out = String::new();
        let values = vec![Value::String("LinuxPerf".into()), Value::Null, Value::Uint8(1)];
        Sheet::new(vec![line("Name", false), line("Path", false), line("Level", true)]).render(
            &mut out,
            &[("x".into(), values)],
            None,
            Style::default(),
        );
        assert_eq!(out, "Property  x\nName      LinuxPerf\nPath      -\nLevel     1\n");
    }

    #[test]
    fn long_texts_stick_out_and_narrow_screens_cut() {
        let long = "x".repeat(60);
        let mut out = String::new();
        sheet().render(&mut out, &[instance(&long, 1)], None, Style::default());
        assert!(out.contains(&format!("Name             {long}\n")), "{out}");
        assert!(out.contains("PercentIdleTime      1  Percent\n"), "{out}");
        out.clear();
        sheet().render(&mut out, &[instance(&long, 1)], Some(20), Style::default());
        assert!(out.lines().all(|line| width(line) <= 20), "{out}");
    }
}
