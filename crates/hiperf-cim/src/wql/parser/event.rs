//! What event queries add to SELECT: WITHIN, and GROUP WITHIN .. BY .. HAVING.

use super::super::diagnostic::at;
use super::super::event::{Group, Having, Interval, MAX_GROUP_SECONDS};
use super::super::lexer::Kind;
use super::Parser;
use crate::{Result, Status};

impl Parser<'_> {
    /// `[ WITHIN seconds ]`, how often the server looks for changes.
    pub(super) fn within(&mut self) -> Result<Option<Interval>> {
        if !self.eat_word("WITHIN") {
            return Ok(None);
        }
        #[allow(clippy::cast_precision_loss)] // the range ends far below where that begins
        let seconds = match self.peek().kind {
            Kind::Integer(seconds) => seconds as f64,
            Kind::Real(seconds) => seconds,
            _ => return self.wrong("expected a number of seconds after WITHIN", ""),
        };
        let Some(interval) = Interval::from_seconds(seconds) else {
            return self.wrong("WITHIN takes 0.001 to 4294967.295 seconds", "");
        };
        self.next += 1;
        Ok(Some(interval))
    }

    /// `[ GROUP WITHIN seconds [ BY prop { "," prop } ] [ HAVING .. ] ]`.
    pub(super) fn group(&mut self) -> Result<Option<Group>> {
        let start = self.peek().span.start;
        if !self.eat_word("GROUP") {
            return Ok(None);
        }
        let is_complete = self.eat_word("WITHIN");
        if !is_complete {
            let span = start..self.peek().span.start.max(start + "GROUP".len());
            let hint = "GROUP WITHIN seconds BY property";
            let what = "GROUP needs WITHIN, the length of the intervals in which events are counted";
            return Err(at(Status::WBEM_E_MISSING_GROUP_WITHIN, self.query, span, what, hint));
        }
        let seconds = match self.peek().kind {
            Kind::Integer(seconds) => u32::try_from(seconds).ok(),
            _ => None,
        };
        let Some(seconds) = seconds.filter(|seconds| (1..=MAX_GROUP_SECONDS).contains(seconds)) else {
            let what = format!("GROUP WITHIN takes 1 to {MAX_GROUP_SECONDS} whole seconds");
            return self.wrong(&what, "");
        };
        self.next += 1;
        let by = if self.eat_word("BY") { self.by()? } else { Vec::new() };
        let having = if self.eat_word("HAVING") { Some(self.having()?) } else { None };
        Ok(Some(Group { seconds, by, having }))
    }

    fn by(&mut self) -> Result<Vec<super::PropertyRef>> {
        let is_missing = match &self.peek().kind {
            Kind::End | Kind::Mark('*') => true,
            Kind::Word(word) => word.eq_ignore_ascii_case("HAVING"),
            _ => false,
        };
        if is_missing {
            let what = "BY needs the properties whose values tell one group from another";
            let span = self.peek().span.clone();
            return Err(at(Status::WBEM_E_MISSING_AGGREGATION_LIST, self.query, span, what, ""));
        }
        let mut list = vec![self.property("expected a property after BY")?];
        while self.eat_mark(',') {
            list.push(self.property("expected another property after ','")?);
        }
        Ok(list)
    }

    fn having(&mut self) -> Result<Having> {
        let hint = "HAVING NumberOfEvents > 5";
        if !self.eat_word("NumberOfEvents") {
            return self.wrong("HAVING tests NumberOfEvents and nothing else", hint);
        }
        let Some(operator) = self.operator() else {
            return self.wrong("expected a comparison after NumberOfEvents", hint);
        };
        let Kind::Integer(count) = self.peek().kind else {
            return self.wrong("NumberOfEvents is compared with a whole number", hint);
        };
        self.next += 1;
        Ok(Having { operator, count })
    }
}
