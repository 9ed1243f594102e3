//! Qualifiers and their declarations.

use super::{Diagnostic, Parse, Parser, Skip};
use crate::mof::ast::{
    Constant, Initializer, Qualifier, QualifierDeclaration, QualifierType, Scopes, Span, TypeOf,
};
use crate::mof::codes;
use crate::mof::flavor::Flavors;
use crate::mof::lexer::TokenKind;
use crate::suggest::closest;
use crate::{CimType, Status};

impl<'a> Parser<'a> {
    /// `quals = "[" qual { "," qual } "]"`, or nothing.
    pub(super) fn qualifiers(&mut self) -> Parse<Vec<Qualifier<'a>>> {
        let mut qualifiers = Vec::new();
        if !self.eat(TokenKind::OpenBracket) {
            return Ok(qualifiers);
        }
        loop {
            match self.qualifier() {
                Ok(qualifier) => {
                    self.check_qualifier(&qualifier);
                    qualifiers.push(qualifier);
                }
                Err(Skip) => self.skip_qualifier()?,
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        let names = qualifiers.iter().map(|qualifier: &Qualifier<'a>| qualifier.name);
        self.distinct_names(names, codes::WBEMMOF_E_DUPLICATE_QUALIFIER, "qualifier");
        if self.eat(TokenKind::CloseBracket) {
            return Ok(qualifiers);
        }
        let status = codes::WBEMMOF_E_EXPECTED_CLOSE_BRACKET;
        let message = "a `,` or a `]` must follow a qualifier";
        self.missing(status, message);
        // A word is most likely the type of the member or the keyword of the
        // statement, so the bracket is taken as written.
        if self.at(TokenKind::Ident) { Ok(qualifiers) } else { Err(Skip) }
    }

    /// `qual = name [ "(" const { "," const } ")" | "{" [ const { "," const } ] "}" ] [ ":" flavor { flavor } ]`
    fn qualifier(&mut self) -> Parse<Qualifier<'a>> {
        let Some(name) = self.name() else {
            let status = codes::WBEMMOF_E_EXPECTED_QUALIFIER_NAME;
            return Err(self.fail_here(status, "the name of a qualifier is missing"));
        };
        let value = match self.token.kind {
            TokenKind::OpenParen => Some(self.qualifier_value()?),
            TokenKind::OpenBrace => Some(self.value()?),
            _ => None,
        };
        let flavors = if self.eat(TokenKind::Colon) { self.flavors()? } else { Flavors::default() };
        Ok(Qualifier { name, value, flavors, span: self.since(name.span) })
    }

    /// `"(" const { "," const } ")"`: one is a scalar, several are an array.
    fn qualifier_value(&mut self) -> Parse<Initializer<'a>> {
        let start = self.bump().span;
        let first = self.value()?;
        if self.eat(TokenKind::CloseParen) {
            return Ok(first);
        }
        let mut elements = vec![first];
        while self.eat(TokenKind::Comma) {
            elements.push(self.element()?);
        }
        self.close_paren("the value of a qualifier")?;
        Ok(Initializer { value: Constant::Array(elements), span: self.since(start) })
    }

    /// `flavor = "ToInstance" | "NotToInstance" | "ToSubClass" | "NotToSubClass"`
    /// `| "EnableOverride" | "DisableOverride" | "Restricted" | "Amended" | "Translatable"`
    fn flavors(&mut self) -> Parse<Flavors> {
        let start = self.token.span;
        let mut flavors = Flavors::default();
        let mut is_first = true;
        while self.at(TokenKind::Ident) {
            match Flavors::from_name(self.word()) {
                Some(flavor) => flavors = flavors.union(flavor),
                // A word that nothing of a qualifier follows belongs to what
                // comes after a forgotten bracket.
                None if !is_first
                    && !self.next_is(TokenKind::Comma)
                    && !self.next_is(TokenKind::CloseBracket) =>
                {
                    break;
                }
                None => self.unknown_flavor(),
            }
            self.bump();
            is_first = false;
        }
        if is_first {
            let status = codes::WBEMMOF_E_EXPECTED_FLAVOR_TYPE;
            return Err(self.fail_here(status, "a flavor must follow the `:`"));
        }
        self.check_flavors(flavors, self.since(start));
        Ok(flavors)
    }

    fn unknown_flavor(&mut self) {
        let word = self.word();
        let message = format!("there is no flavor `{word}`");
        let diagnostic = self.here(codes::WBEMMOF_E_EXPECTED_FLAVOR_TYPE, message);
        let near = closest(word, Flavors::NAMES.iter().map(|(name, _)| *name));
        self.report(match near {
            Some(name) => diagnostic.hint(format!("did you mean {name}?")),
            None => diagnostic.hint(
                "the flavors are ToInstance, NotToInstance, ToSubclass, NotToSubclass, EnableOverride, \
                 DisableOverride, Restricted and Amended",
            ),
        });
    }

    fn check_flavors(&mut self, flavors: Flavors, span: Span) {
        if let Some((status, a, b)) = flavors.conflict() {
            let message = format!("{a} and {b} contradict each other");
            self.report(Diagnostic::error(status, span, message));
        }
    }

    fn check_qualifier(&mut self, qualifier: &Qualifier<'a>) {
        let name = qualifier.name;
        if name.is("cimtype") {
            let status = codes::WBEMMOF_E_CIMTYPE_QUALIFIER;
            let diagnostic = Diagnostic::error(status, name.span, "CIMTYPE is made from the type");
            self.report(diagnostic.hint("leave it out"));
        }
        let mut values: &[Initializer<'_>] = qualifier.value.as_slice();
        if let [Initializer { value: Constant::Array(elements), .. }] = values {
            values = elements;
        }
        for value in values {
            let (status, message) = match value.value {
                Constant::Alias(_) => (codes::WBEMMOF_E_UNEXPECTED_ALIAS, "a qualifier can't hold an alias"),
                Constant::Instance(_) => {
                    (codes::WBEMMOF_E_UNSUPPORTED_CIMV22_QUAL_VALUE, "a qualifier can't hold an object")
                }
                _ => continue,
            };
            self.report(Diagnostic::error(status, value.span, message));
        }
    }

    /// Skips to the next qualifier or the end of the list. Fails if the list
    /// seems to have no end.
    fn skip_qualifier(&mut self) -> Parse<()> {
        loop {
            match self.token.kind {
                TokenKind::Comma | TokenKind::CloseBracket => return Ok(()),
                TokenKind::End | TokenKind::Semi | TokenKind::CloseBrace | TokenKind::Hash => {
                    return Err(Skip);
                }
                TokenKind::OpenBrace => {
                    self.bump();
                    self.skip_braces();
                }
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// ```text
    /// qualDecl = "qualifier" name ":" flavor { flavor } ";"
    ///          | "qualifier" name ":" type [arr] [ "=" value ] { "," ( scope | flavor ) } ";"
    /// ```
    pub(super) fn qualifier_declaration(&mut self) -> Parse<QualifierDeclaration<'a>> {
        let start = self.bump().span;
        let Some(name) = self.name() else {
            let status = codes::WBEMMOF_E_EXPECTED_QUALIFIER_NAME;
            return Err(self.fail_here(status, "the name of a qualifier must follow `qualifier`"));
        };
        if !self.eat(TokenKind::Colon) {
            let status = codes::WBEMMOF_E_INVALID_QUALIFIER_SYNTAX;
            return Err(self.fail_here(status, "a `:` must follow the name of the qualifier"));
        }
        let is_typed =
            self.at(TokenKind::Ident) && (CimType::from_mof(self.word()).is_some() || !self.is_flavor_list());
        let (typed, flavors) = if is_typed {
            let (typed, flavors) = self.qualifier_type()?;
            (Some(typed), flavors)
        } else {
            (None, self.flavors()?)
        };
        self.semi("the declaration of a qualifier")?;
        Ok(QualifierDeclaration { name, typed, flavors, span: self.since(start) })
    }

    /// Whether a flavor follows, or a word that can only be a misspelt one.
    fn is_flavor_list(&mut self) -> bool {
        if Flavors::from_name(self.word()).is_some() {
            return true;
        }
        !self.next_is(TokenKind::Equal)
            && !self.next_is(TokenKind::Comma)
            && !self.next_is(TokenKind::OpenBracket)
    }

    /// `type [arr] [ "=" value ] { "," ( "scope" "(" scope { "," scope } ")" | "flavor" "(" flavor { "," flavor } ")" ) }`
    fn qualifier_type(&mut self) -> Parse<(QualifierType<'a>, Flavors)> {
        let type_name = self.type_name()?;
        if !matches!(type_name.of, TypeOf::Cim(cim) if cim != CimType::Object) {
            let status = codes::WBEMMOF_E_UNSUPPORTED_CIMV22_DATA_TYPE;
            let message = format!("a qualifier can't be of type `{}`", self.slice(type_name.span));
            let diagnostic = Diagnostic::error(status, type_name.span, message);
            self.report(
                diagnostic.hint("a qualifier is a string, a boolean, an integer or a real, or an array"),
            );
        }
        let array = self.array()?;
        let default = if self.eat(TokenKind::Equal) { Some(self.value()?) } else { None };
        let (mut scopes, mut flavors) = (Scopes::default(), Flavors::default());
        while self.eat(TokenKind::Comma) {
            let start = self.token.span;
            if self.at_word("scope") {
                self.bump();
                self.word_list(|parser, word| {
                    let known = Scopes::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
                    match known {
                        Some((_, scope)) => scopes.0 |= scope.0,
                        None => parser.unknown_scope(word),
                    }
                })?;
            } else if self.at_word("flavor") {
                self.bump();
                self.word_list(|parser, word| match Flavors::from_name(word) {
                    Some(flavor) => flavors = flavors.union(flavor),
                    None => parser.unknown_flavor(),
                })?;
                self.check_flavors(flavors, self.since(start));
            } else {
                let status = codes::WBEMMOF_E_INVALID_QUALIFIER_SYNTAX;
                return Err(self.fail_here(status, "`scope(...)` or `flavor(...)` must follow the `,`"));
            }
        }
        if scopes == Scopes::default() {
            scopes = Scopes::ANY;
        }
        Ok((QualifierType { type_name, array, default, scopes }, flavors))
    }

    fn unknown_scope(&mut self, word: &str) {
        let message = format!("there is no scope `{word}`");
        let diagnostic = self.here(codes::WBEMMOF_E_INVALID_QUALIFIER_SYNTAX, message);
        self.report(diagnostic.hint(
            "the scopes are class, association, indication, property, reference, method, parameter, schema \
             and any",
        ));
    }

    /// `"(" word { "," word } ")"`; each word is given to `take` before it is
    /// passed.
    fn word_list(&mut self, mut take: impl FnMut(&mut Self, &'a str)) -> Parse<()> {
        const STATUS: Status = codes::WBEMMOF_E_INVALID_QUALIFIER_SYNTAX;
        if !self.eat(TokenKind::OpenParen) {
            return Err(self.fail_here(codes::WBEMMOF_E_EXPECTED_OPEN_PAREN, "a `(` must follow"));
        }
        loop {
            if !self.at(TokenKind::Ident) {
                return Err(self.fail_here(STATUS, "a name is missing"));
            }
            let word = self.word();
            take(self, word);
            self.bump();
            if !self.eat(TokenKind::Comma) {
                return self.close_paren("the list");
            }
        }
    }
}
