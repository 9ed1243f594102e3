//! Instances: those of the file, and those embedded in values.

use super::{Diagnostic, Parse, Parser, Skip};
use crate::mof::ast::{Assignment, InstanceDeclaration, Qualifier, Span};
use crate::mof::codes;
use crate::mof::lexer::TokenKind;

/// Embedded instances nest this deep at most, because the parser recurses. WMI's
/// own limit for nested objects is of the same order.
const MAX_DEPTH: u32 = 64;

impl<'a> Parser<'a> {
    /// `instDecl = [quals] "instance" "of" name [ "as" alias ] "{" { member } "}" ";"`
    pub(super) fn instance(
        &mut self,
        start: Span,
        qualifiers: Vec<Qualifier<'a>>,
    ) -> Parse<InstanceDeclaration<'a>> {
        let (mut instance, is_closed) = self.instance_without_semi(qualifiers)?;
        self.aliases.extend(instance.alias);
        if is_closed {
            self.semi("the `}` of an instance")?;
        }
        instance.span = self.since(start);
        Ok(instance)
    }

    /// `"instance" "of" name "{" { member } "}"` as a value.
    pub(super) fn embedded_instance(&mut self) -> Parse<InstanceDeclaration<'a>> {
        if self.depth == MAX_DEPTH {
            let status = codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE;
            let message = format!("embedded instances nest {MAX_DEPTH} deep at most");
            return Err(self.fail_here(status, message));
        }
        self.depth += 1;
        let embedded = self.instance_without_semi(Vec::new());
        self.depth -= 1;
        let (instance, is_closed) = embedded?;
        if let Some(alias) = instance.alias {
            let status = codes::WBEMMOF_E_ALIASES_IN_EMBEDDED;
            let message = format!("embedded instances can't have an alias, as ${} is here", alias.text);
            self.report(Diagnostic::error(status, alias.span, message));
        }
        if is_closed { Ok(instance) } else { Err(Skip) }
    }

    /// The instance, and whether its closing brace was there.
    fn instance_without_semi(
        &mut self,
        qualifiers: Vec<Qualifier<'a>>,
    ) -> Parse<(InstanceDeclaration<'a>, bool)> {
        let start = self.bump().span;
        if !self.at_word("of") {
            let status = codes::WBEMMOF_E_INVALID_INSTANCE_DECLARATION;
            return Err(self.fail_here(status, "`of` must follow `instance`"));
        }
        self.bump();
        let class = self.class_name("`instance of`")?;
        let alias = self.alias()?;
        self.open_brace("the class of an instance")?;
        let mut assignments = Vec::new();
        let is_closed = self.body("instance", |parser| {
            assignments.push(parser.assignment()?);
            Ok(())
        });
        self.distinct(assignments.iter().map(|assignment| assignment.name), "property");
        let span = self.since(start);
        Ok((InstanceDeclaration { qualifiers, class, alias, assignments, span }, is_closed))
    }

    /// `member = [quals] name [ "=" value ] ";"`
    fn assignment(&mut self) -> Parse<Assignment<'a>> {
        let start = self.token.span;
        let qualifiers = self.qualifiers()?;
        let Some(name) = self.name() else {
            let status = codes::WBEMMOF_E_EXPECTED_PROPERTY_NAME;
            return Err(self.fail_here(status, "the name of a property is missing"));
        };
        let value = if self.eat(TokenKind::Equal) { Some(self.value()?) } else { None };
        if value.is_none() && (qualifiers.is_empty() || !self.at(TokenKind::Semi)) {
            let message = format!("a `=` and a value must follow {}", name.text);
            return Err(self.missing(codes::WBEMMOF_E_EXPECTED_SEMI, message));
        }
        self.semi("the value of a property")?;
        Ok(Assignment { qualifiers, name, value, span: self.since(start) })
    }
}
