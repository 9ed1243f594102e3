//! The rules of the WHERE clause: expressions and conditions.

use super::super::diagnostic::{at, invalid};
use super::super::expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
use super::super::lexer::Kind;
use super::{MAX_CONDITIONS, MAX_NESTING, Parser};
use crate::{Result, Status};

impl Parser<'_> {
    /// `expr`, within so many parentheses and NOTs.
    pub(super) fn or(&mut self, nesting: usize) -> Result<Expr> {
        let mut terms = vec![self.and(nesting)?];
        while self.eat_word("OR") {
            terms.push(self.and(nesting)?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Expr::Or(terms) })
    }

    fn and(&mut self, nesting: usize) -> Result<Expr> {
        let mut terms = vec![self.unary(nesting)?];
        while self.eat_word("AND") {
            terms.push(self.unary(nesting)?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Expr::And(terms) })
    }

    fn unary(&mut self, nesting: usize) -> Result<Expr> {
        let is_nested = self.is_word("NOT") || self.peek().kind == Kind::Mark('(');
        if is_nested {
            self.check_nesting(nesting)?;
        }
        if self.eat_word("NOT") {
            return Ok(Expr::Not(Box::new(self.unary(nesting + 1)?)));
        }
        let opening = self.peek().span.clone();
        if !self.eat_mark('(') {
            return self.condition(nesting);
        }
        let inner = self.or(nesting + 1)?;
        if self.eat_mark(')') {
            return Ok(inner);
        }
        if self.peek().kind == Kind::End {
            return Err(invalid(self.query, opening, "nothing closes this parenthesis", ""));
        }
        self.wrong("expected AND, OR or ')'", "")
    }

    /// That another parenthesis or NOT may stand within so many.
    fn check_nesting(&self, nesting: usize) -> Result<()> {
        if nesting < MAX_NESTING {
            return Ok(());
        }
        let what = format!("the query has more than {MAX_NESTING} parentheses and NOTs within each other");
        let span = self.peek().span.clone();
        Err(at(Status::WBEM_E_QUOTA_VIOLATION, self.query, span, &what, ""))
    }

    fn condition(&mut self, nesting: usize) -> Result<Expr> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            let what = format!("the query has more than {MAX_CONDITIONS} conditions");
            let (span, hint) = (self.peek().span.clone(), "select more and sort out what comes");
            return Err(at(Status::WBEM_E_QUOTA_VIOLATION, self.query, span, &what, hint));
        }
        if let Some(constant) = self.constant() {
            let Some(operator) = self.operator() else {
                return self.wrong("expected a comparison after the constant", "");
            };
            let property = self.property("one side of a comparison is a property")?;
            return self.comparison(property, operator.exchanged(), constant);
        }
        let property = self.property("expected a property, a constant, NOT or '('")?;
        if let Some(operator) = self.operator() {
            let Some(constant) = self.constant() else {
                let (what, hint) = match self.peek().kind {
                    Kind::Word(_) => (
                        "a property is compared with a constant, not with another property",
                        "text stands between quotes",
                    ),
                    Kind::Mark('(') => ("expected a constant", "WQL has no arithmetic and no subqueries"),
                    _ => ("expected a constant", ""),
                };
                return self.wrong(what, hint);
            };
            return self.comparison(property, operator, constant);
        }
        if self.eat_word("IS") {
            let is_negated = self.eat_word("NOT");
            if !self.eat_word("NULL") {
                return self.wrong("IS and IS NOT are followed by NULL only", "compare with = or != instead");
            }
            let test = if is_negated { Test::IsNotNull } else { Test::IsNull };
            return Ok(Expr::Condition(Condition { property, test }));
        }
        if self.eat_word("ISA") {
            let Some(class) = self.text() else {
                return self.wrong("expected the name of a class between quotes after ISA", "");
            };
            return Ok(Expr::Condition(Condition { property, test: Test::IsA(class) }));
        }
        // As deep as the same with NOT before the property, as it is printed.
        if self.is_word("NOT") {
            self.check_nesting(nesting)?;
        }
        let is_negated = self.eat_word("NOT");
        if !self.eat_word("LIKE") {
            let expected = if is_negated { "LIKE" } else { "a comparison, IS, ISA or LIKE" };
            return self.wrong(&format!("expected {expected} after the property"), "");
        }
        let Some(pattern) = self.text() else {
            return self.wrong("expected a pattern between quotes after LIKE", "");
        };
        let like = Expr::Condition(Condition { property, test: Test::Like(pattern) });
        Ok(if is_negated { Expr::Not(Box::new(like)) } else { like })
    }

    fn comparison(&self, property: PropertyRef, operator: Operator, constant: Constant) -> Result<Expr> {
        let test = match (&constant.literal, operator) {
            (Literal::Null, Operator::Equal) => Test::IsNull,
            (Literal::Null, Operator::NotEqual) => Test::IsNotNull,
            (Literal::Null, _) => {
                let hint = "write IS NULL or IS NOT NULL";
                return Err(invalid(self.query, constant.span, "nothing is greater or less than NULL", hint));
            }
            _ => Test::Compare(operator, constant),
        };
        // Two numbers without an operator between them are a difference or sum.
        if let Kind::Integer(_) | Kind::Real(_) = self.peek().kind {
            return self.wrong("expected AND, OR or the end of the query", "WQL has no arithmetic");
        }
        Ok(Expr::Condition(Condition { property, test }))
    }
}
