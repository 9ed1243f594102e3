//! Tables: a header of property names, a row for each instance.
//!
//! Columns are as wide as what stood in them so far, so that a table which is
//! drawn again and again does not jump. When the width is limited, columns are
//! left out from the right, never the first ones, and the caller says how many.

use hiperf_cim::{Type, Value};

use super::style::Style;
use super::text::{cell, is_right_aligned, shortened, width};

/// Blanks between two columns.
const GAP: usize = 2;

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The header.
    pub name: String,
    /// Numbers stand at the right.
    pub is_right_aligned: bool,
}

impl Column {
    /// A column of values of a type.
    pub fn new(name: impl Into<String>, ty: impl Into<Type>) -> Column {
        Column { name: name.into(), is_right_aligned: is_right_aligned(ty.into()) }
    }
}

/// A table and the widths its columns have grown to.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    widths: Vec<usize>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: Vec<Column>) -> Table {
        let widths = columns.iter().map(|column| width(&column.name)).collect();
        Table { columns, widths }
    }

    /// Appends header and rows to `out`, in lines of at most `limit` columns of
    /// the terminal, and returns how many columns of the table were left out.
    /// The first `kept` columns, at least one, stay in any case.
    pub fn render(
        &mut self,
        out: &mut String,
        rows: impl IntoIterator<Item = Vec<Value>>,
        kept: usize,
        limit: Option<usize>,
        style: Style,
    ) -> usize {
        let rows: Vec<Vec<(String, bool)>> = rows
            .into_iter()
            .map(|row| row.iter().map(|value| (cell(value), value.is_null())).collect())
            .collect();
        for (n, so_far) in self.widths.iter_mut().enumerate() {
            let widest = rows.iter().filter_map(|row| row.get(n)).map(|(text, _)| width(text)).max();
            *so_far = (*so_far).max(widest.unwrap_or(0));
        }
        let shown = self.fitting(kept.max(1), limit);
        let header = self.columns.iter().map(|column| column.name.clone());
        self.line(out, shown, limit, header, |text, _| style.bold(text));
        for row in &rows {
            let texts = row.iter().map(|(text, _)| text.clone());
            let is_null = |n: usize| row.get(n).is_some_and(|(_, is_null)| *is_null);
            self.line(out, shown, limit, texts, |text, n| if is_null(n) { style.dim(text) } else { text });
        }
        self.columns.len() - shown
    }

    /// How many columns there is room for.
    fn fitting(&self, kept: usize, limit: Option<usize>) -> usize {
        let Some(limit) = limit else { return self.columns.len() };
        let mut end = 0;
        let fits = |(n, column_width): (usize, &usize)| {
            end += column_width + if n == 0 { 0 } else { GAP };
            end <= limit
        };
        let fitting = self.widths.iter().enumerate().map(fits).take_while(|fits| *fits).count();
        fitting.max(kept).min(self.columns.len())
    }

    /// Appends a line; `emphasise` gets each text with its padding.
    fn line(
        &self,
        out: &mut String,
        shown: usize,
        limit: Option<usize>,
        texts: impl Iterator<Item = String>,
        emphasise: impl Fn(String, usize) -> String,
    ) {
        let mut room = limit.unwrap_or(usize::MAX);
        for (n, text) in texts.take(shown).enumerate() {
            let gap = if n == 0 { 0 } else { GAP };
            // Only kept columns can be too wide; they are cut at the edge.
            let text = shortened(&text, room.saturating_sub(gap));
            let padding = self.widths[n].min(room.saturating_sub(gap)).saturating_sub(width(&text));
            room = room.saturating_sub(gap + width(&text) + padding);
            out.push_str(&" ".repeat(gap));
            if self.columns[n].is_right_aligned {
                out.push_str(&" ".repeat(padding));
                out.push_str(&emphasise(text, n));
            } else {
                out.push_str(&emphasise(text, n));
                // No blanks at the end of a line.
                if n + 1 < shown {
                    out.push_str(&" ".repeat(padding));
                }
            }
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::CimType;

    fn table() -> Table {
        Table::new(vec![
            Column::new("Name", CimType::String),
            Column::new("Load", CimType::Uint64),
            Column::new("Note", CimType::String),
        ])
    }

    fn row(name: &str, load: Option<u64>, note: &str) -> Vec<Value> {
        let load = load.map_or(Value::Null, Value::Uint64);
        vec![Value::String(name.into()), load, Value::String(note.into())]
    }

    #[track_caller]
    fn check(limit: Option<usize>, expected: &str, hidden: usize) {
        let mut out = String::new();
        let rows = [row("_Total", Some(12345), "x"), row("0", None, "yy")];
        assert_eq!(table().render(&mut out, rows, 1, limit, Style::default()), hidden);
        assert_eq!(out, expected);
    }

    #[test]
    fn numbers_stand_right_and_null_is_a_dash() {
        check(None, "Name     Load  Note\n_Total  12345  x\n0           -  yy\n", 0);
        check(Some(19), "Name     Load  Note\n_Total  12345  x\n0           -  yy\n", 0);
    }

    #[test]
    fn columns_are_left_out_from_the_right() {
        check(Some(18), "Name     Load\n_Total  12345\n0           -\n", 1);
        check(Some(6), "Name\n_Total\n0\n", 2);
    }

    #[test]
    fn kept_columns_are_cut_at_the_edge() {
        check(Some(4), "Name\n_To…\n0\n", 2);
        let mut out = String::new();
        table().render(&mut out, [row("_Total", Some(12345), "x")], 2, Some(10), Style::default());
        assert_eq!(out, "Name    Lo\n_Total  1…\n".replace("Lo", "L…"));
    }

    #[test]
    fn columns_never_shrink() {
        let mut table = table();
        let mut out = String::new();
        table.render(&mut out, [row("a", Some(1_000_000), "")], 1, None, Style::default());
        out.clear();
        table.render(&mut out, [row("a", Some(1), "n")], 1, None, Style::default());
        assert_eq!(out, "Name     Load  Note\na           1  n\n");
    }

    #[test]
    fn emphasis_does_not_count() {
        let mut out = String::new();
        table().render(&mut out, [row("a", None, "n")], 1, None, Style { is_coloured: true });
        assert_eq!(
            out,
            "\x1b[1mName\x1b[0m  \x1b[1mLoad\x1b[0m  \x1b[1mNote\x1b[0m\na        \x1b[2m-\x1b[0m  n\n"
        );
    }
}
