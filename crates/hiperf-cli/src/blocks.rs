//! [`Blocks`]: the instances of one or more views, written in any format, once
//! or again and again.
//!
//! A block is what belongs together on a screen: the instances of one class or
//! of one target. In the formats for programs a block is just rows; the class
//! is among the fields when there are several, and the time when they are
//! written again and again.

use hiperf_cim::Value;

use crate::args::{Format, OutputOptions};
use crate::format::sheet::{Line, Sheet};
use crate::format::table::{Column, Table};
use crate::format::text::{is_right_aligned, shortened, wrapped};
use crate::format::{csv, json, mof};
use crate::reasons;
use crate::row::Row;
use crate::screen::Screen;
use crate::view::View;

/// The field that holds the time of a row.
const TIME_FIELD: &str = "Timestamp";
/// The field that holds the class of a row.
const CLASS_FIELD: &str = "__CLASS";
/// The field that says why others are missing.
const WHY_FIELD: &str = "why";
/// What the further lines of a reason begin with.
const WHY_INDENT: &str = "  ";

/// Several blocks that are written together.
pub struct Blocks {
    options: OutputOptions,
    blocks: Vec<Block>,
    /// Whether rows can be of more than one class.
    has_classes: bool,
    /// The columns of CSV: those of all blocks, each name once.
    csv_names: Vec<String>,
    is_csv_header_due: bool,
    /// Whether to say why values are missing.
    says_why: bool,
}

struct Block {
    title: String,
    view: View,
    form: Form,
}

enum Form {
    Table(Table),
    Sheet(Sheet),
}

impl Blocks {
    /// Blocks of the given titles and views.
    pub fn new(options: &OutputOptions, views: Vec<(String, View)>) -> Blocks {
        let mut csv_names: Vec<String> = Vec::new();
        for name in views.iter().flat_map(|(_, view)| view.names()) {
            if !csv_names.iter().any(|known| known == name) {
                csv_names.push(name.to_owned());
            }
        }
        let first = views.first().map(|(_, view)| view.class().clone());
        let has_classes =
            views.iter().any(|(_, view)| Some(view.class().name()) != first.as_ref().map(|c| c.name()))
                && !csv_names.iter().any(|name| name == CLASS_FIELD);
        Blocks {
            options: options.clone(),
            blocks: views.into_iter().map(|(title, view)| Block::new(title, view)).collect(),
            has_classes,
            csv_names,
            is_csv_header_due: true,
            says_why: false,
        }
    }

    /// The same, which say why values are missing if `says_why`.
    pub fn saying_why(self, says_why: bool) -> Blocks {
        Blocks { says_why, ..self }
    }

    /// Whether the format is one that programs read, row by row.
    pub fn is_for_programs(&self) -> bool {
        self.options.format != Format::Table
    }

    /// Starts a set of rows that were read at `time`, an ISO 8601 text, if it
    /// is of interest.
    pub fn start(&mut self, out: &mut String, time: Option<&str>) {
        match self.options.format {
            Format::Csv if self.is_csv_header_due => {
                let before = [time.map(|_| TIME_FIELD), self.has_classes.then_some(CLASS_FIELD)];
                let names = self.csv_names.iter().map(String::as_str);
                let after = self.says_why.then_some(WHY_FIELD);
                csv::header(out, before.into_iter().flatten().chain(names).chain(after));
                self.is_csv_header_due = false;
            }
            Format::Mof => {
                if let Some(time) = time {
                    out.push_str(&format!("// {time}\n"));
                }
            }
            _ => {}
        }
    }

    /// Appends the rows of the block at `index`.
    pub fn write<R: Row>(
        &mut self,
        out: &mut String,
        index: usize,
        rows: &[R],
        time: Option<&str>,
        screen: Screen,
    ) {
        let is_titled = self.blocks.len() > 1;
        let Some(block) = self.blocks.get_mut(index) else { return };
        if self.options.format == Format::Table {
            if is_titled {
                if index > 0 {
                    out.push('\n');
                }
                let title = shortened(&block.title, screen.width.unwrap_or(usize::MAX));
                out.push_str(&screen.style.bold(title));
                out.push('\n');
            }
            return block.draw(out, rows, self.options.all, self.says_why, screen);
        }
        for row in rows {
            let text = |text: &str| Value::String(text.to_owned());
            let class = row.class().name();
            let time = time.map(|time| (TIME_FIELD, text(time)));
            let class_field = self.has_classes.then(|| (CLASS_FIELD, text(class)));
            let before = time.into_iter().chain(class_field);
            let values = block.view.values(row);
            let why = self.says_why.then(|| reasons::of_row(&block.view, row));
            match self.options.format {
                Format::Csv => {
                    let names: Vec<&str> = block.view.names().collect();
                    let of_name = |name: &String| {
                        let place = names.iter().position(|known| known == name);
                        place.and_then(|place| values.get(place).cloned()).unwrap_or(Value::Null)
                    };
                    csv::record(
                        out,
                        before
                            .map(|(_, value)| value)
                            .chain(self.csv_names.iter().map(of_name))
                            .chain(why.map(|why| text(&reasons::in_one_line(&why)))),
                    );
                }
                Format::Mof => {
                    // System properties are no part of an instance's MOF.
                    let fields = block.view.names().zip(values).filter(|(name, _)| !name.starts_with("__"));
                    mof::instance(out, class, fields);
                    if let Some(why) = why.filter(|why| !why.is_empty()) {
                        out.push_str(&format!("// {WHY_FIELD}: {}\n", reasons::in_one_line(&why)));
                    }
                }
                _ => {
                    let fields = before.chain(block.view.names().zip(values));
                    let quotes = self.options.json_strings;
                    match why {
                        Some(why) => json::object_with(out, fields, WHY_FIELD, &why, quotes),
                        None => json::object(out, fields, quotes),
                    }
                }
            }
        }
    }
}

impl Block {
    fn new(title: String, view: View) -> Block {
        let form = if view.is_sheet() {
            Form::Sheet(sheet_of(&view))
        } else {
            Form::Table(Table::new(
                view.names().zip(view.types()).map(|(name, ty)| Column::new(name, ty)).collect(),
            ))
        };
        Block { title, view, form }
    }

    fn draw<R: Row>(&mut self, out: &mut String, rows: &[R], is_all: bool, says_why: bool, screen: Screen) {
        let width = screen.width;
        let mut left_out = self.view.left_out();
        let mut noun = "column";
        let mut shown = self.view.columns().len();
        if let Form::Table(table) = &mut self.form {
            let values = rows.iter().map(|row| self.view.values(row));
            let before = out.len();
            let hidden = table.render(out, values, self.view.kept(), width, screen.style);
            left_out += hidden;
            shown -= hidden;
            if hidden > 0 && is_all {
                // All were asked for, so they go below each other instead, from now on.
                out.truncate(before);
                shown += hidden;
                self.form = Form::Sheet(sheet_of(&self.view));
            }
        }
        match &mut self.form {
            Form::Table(_) => {}
            Form::Sheet(sheet) => {
                noun = "property";
                sheet.render(out, &titled(rows, &self.view), width, screen.style);
            }
        }
        if rows.is_empty() {
            screen.note(out, "no instances");
        }
        if says_why {
            for line in reasons::lines(&self.view, rows, shown) {
                let (limit, mut indent) = (width.unwrap_or(usize::MAX), "");
                for part in wrapped(&line, limit.saturating_sub(WHY_INDENT.len())) {
                    out.push_str(&screen.style.dim(shortened(&format!("{indent}{part}"), limit)));
                    out.push('\n');
                    indent = WHY_INDENT;
                }
            }
        }
        if left_out > 0 && !is_all {
            screen.note(out, &format!("+{left_out} {}, --all shows them", counted(noun, left_out)));
        }
    }
}

fn titled<R: Row>(rows: &[R], view: &View) -> Vec<(String, Vec<Value>)> {
    rows.iter().map(|row| (row.title(), view.values(row))).collect()
}

fn sheet_of(view: &View) -> Sheet {
    let columns = view.names().zip(view.units()).zip(view.types());
    let line = |((name, unit), ty): ((&str, &str), _)| Line {
        name: name.to_owned(),
        unit: unit.to_owned(),
        is_number: is_right_aligned(ty),
    };
    Sheet::new(columns.map(line).collect())
}

fn counted(noun: &str, count: usize) -> String {
    match (noun, count) {
        (noun, 1) => noun.to_owned(),
        ("property", _) => "properties".to_owned(),
        (noun, _) => format!("{noun}s"),
    }
}
