//! Classes, their properties and methods.

use super::{Diagnostic, Parse, Parser, Skip};
use crate::mof::ast::{
    Array, ClassDeclaration, Constant, Method, Name, Property, Qualifier, Span, TypeName, TypeOf,
};
use crate::mof::codes;
use crate::mof::lexer::TokenKind;
use crate::{CimType, Status};

/// A member of a class.
enum Member<'a> {
    Property(Property<'a>),
    Method(Method<'a>),
}

impl<'a> Parser<'a> {
    /// `classDecl = [quals] "class" name [ "as" alias ] [ ":" parent ] "{" { member } "}" ";"`
    pub(super) fn class(
        &mut self,
        start: Span,
        qualifiers: Vec<Qualifier<'a>>,
    ) -> Parse<ClassDeclaration<'a>> {
        self.bump();
        let name = self.class_name("`class`")?;
        let mut alias = self.alias()?;
        let parent = if self.eat(TokenKind::Colon) { Some(self.class_name("the `:`")?) } else { None };
        if alias.is_none() && parent.is_some() {
            alias = self.alias()?;
        }
        self.aliases.extend(alias);
        self.open_brace("the name of the class")?;
        let (mut properties, mut methods) = (Vec::new(), Vec::new());
        let is_closed = self.body("class", |parser| {
            match parser.member()? {
                Member::Property(property) => properties.push(property),
                Member::Method(method) => methods.push(method),
            }
            Ok(())
        });
        self.distinct(properties.iter().map(|property| property.name), "property");
        self.distinct(methods.iter().map(|method| method.name), "method");
        if is_closed {
            self.semi("the `}` of a class")?;
        }
        Ok(ClassDeclaration { qualifiers, name, alias, parent, properties, methods, span: self.since(start) })
    }

    /// The name of a class; `after` says what it must follow.
    pub(super) fn class_name(&mut self, after: &str) -> Parse<Name<'a>> {
        match self.name() {
            Some(name) => Ok(name),
            None => {
                let status = codes::WBEMMOF_E_EXPECTED_CLASS_NAME;
                Err(self.fail_here(status, format!("the name of a class must follow {after}")))
            }
        }
    }

    pub(super) fn open_brace(&mut self, after: &str) -> Parse<()> {
        if self.eat(TokenKind::OpenBrace) {
            return Ok(());
        }
        let status = codes::WBEMMOF_E_EXPECTED_OPEN_BRACE;
        Err(self.fail_here(status, format!("a `{{` must follow {after}")))
    }

    /// The members up to the closing brace. False if that is missing, which is
    /// reported.
    pub(super) fn body(&mut self, what: &str, mut member: impl FnMut(&mut Self) -> Parse<()>) -> bool {
        while !self.eat(TokenKind::CloseBrace) {
            // Only a word or a bracket can start a statement; asking costs a
            // look ahead, so it is asked of a plain member only on new lines.
            if self.at(TokenKind::End) || self.may_start_statement() && self.starts_statement() {
                let status = codes::WBEMMOF_E_EXPECTED_CLOSE_BRACE;
                self.missing(status, format!("the `}}` of this {what} is missing"));
                return false;
            }
            if member(self).is_err() {
                self.skip_member();
            }
        }
        true
    }

    fn may_start_statement(&self) -> bool {
        self.at(TokenKind::Hash)
            || self.at_word("class")
            || self.at_word("instance")
            || self.at_word("qualifier")
            || self.at(TokenKind::OpenBracket) && self.is_first_in_line()
    }

    /// ```text
    /// member = [quals] type name [arr] [ "=" value ] ";"
    ///        | [quals] class "ref" name [arr] [ "=" value ] ";"
    ///        | [quals] rettype name "(" [ param { "," param } ] ")" ";"
    /// ```
    fn member(&mut self) -> Parse<Member<'a>> {
        let start = self.token.span;
        let qualifiers = self.qualifiers()?;
        let type_name = self.type_name()?;
        let has_early_brackets = self.at(TokenKind::OpenBracket);
        if has_early_brackets {
            self.early_brackets()?;
        }
        let name = self.property_name(&type_name)?;
        let array = self.array()?;
        if self.at(TokenKind::OpenParen) {
            let method = self.method(start, qualifiers, type_name, name)?;
            if array.is_some() || has_early_brackets {
                let status = codes::WBEMMOF_E_NO_ARRAYS_RETURNED;
                let place = type_name.span.to(name.span);
                let message = format!("method {} can't return an array", name.text);
                let diagnostic = Diagnostic::error(status, place, message);
                self.report(diagnostic.hint("return it by a parameter with the Out qualifier"));
            }
            self.semi("the `)` of a method")?;
            return Ok(Member::Method(method));
        }
        if has_early_brackets {
            self.misplaced_brackets(name);
        }
        let property = self.property(start, qualifiers, type_name, name, array)?;
        self.semi("the declaration of a property")?;
        Ok(Member::Property(property))
    }

    /// The end of a property or parameter: `[ "=" value ]`
    fn property(
        &mut self,
        start: Span,
        qualifiers: Vec<Qualifier<'a>>,
        type_name: TypeName<'a>,
        name: Name<'a>,
        array: Option<Array>,
    ) -> Parse<Property<'a>> {
        if type_name.of == TypeOf::Void {
            self.bad_type(type_name, "only a method can be void");
        }
        let default = if self.eat(TokenKind::Equal) { Some(self.value()?) } else { None };
        if let Some(default) = default.as_ref().filter(|_| array.is_none())
            && matches!(default.value, Constant::Array(_))
        {
            let status = codes::WBEMMOF_E_UNEXPECTED_ARRAY_INIT;
            let message = format!("{} is no array, so it can't hold one", name.text);
            let diagnostic = Diagnostic::error(status, default.span, message);
            self.report(diagnostic.hint(format!("declare it as {}[], or leave out the braces", name.text)));
        }
        Ok(Property { qualifiers, type_name, name, array, default, span: self.since(start) })
    }

    /// `"(" [ param { "," param } ] ")"`
    fn method(
        &mut self,
        start: Span,
        qualifiers: Vec<Qualifier<'a>>,
        return_type: TypeName<'a>,
        name: Name<'a>,
    ) -> Parse<Method<'a>> {
        self.bump();
        let mut parameters = Vec::new();
        if !self.at(TokenKind::CloseParen) {
            parameters.push(self.parameter()?);
            while self.eat(TokenKind::Comma) {
                parameters.push(self.parameter()?);
            }
        }
        self.close_paren("the parameters")?;
        self.distinct(parameters.iter().map(|parameter: &Property<'_>| parameter.name), "parameter");
        Ok(Method { qualifiers, return_type, name, parameters, span: self.since(start) })
    }

    pub(super) fn close_paren(&mut self, after: &str) -> Parse<()> {
        if self.eat(TokenKind::CloseParen) {
            return Ok(());
        }
        Err(self.missing(codes::WBEMMOF_E_EXPECTED_CLOSE_PAREN, format!("a `)` must follow {after}")))
    }

    /// `param = [quals] type [ "ref" ] name [arr] [ "=" value ]`
    fn parameter(&mut self) -> Parse<Property<'a>> {
        let start = self.token.span;
        let qualifiers = self.qualifiers()?;
        let type_name = self.type_name()?;
        let has_early_brackets = self.at(TokenKind::OpenBracket);
        if has_early_brackets {
            self.early_brackets()?;
        }
        let name = self.property_name(&type_name)?;
        if has_early_brackets {
            self.misplaced_brackets(name);
        }
        let array = self.array()?;
        self.property(start, qualifiers, type_name, name, array)
    }

    /// ```text
    /// type = CIM type | "object" | class | class "ref" | "object" "ref" | "void"
    /// ```
    /// A name that is no CIM type is a class: WMI takes it so too.
    pub(super) fn type_name(&mut self) -> Parse<TypeName<'a>> {
        let Some(name) = self.name() else {
            let status = codes::WBEMMOF_E_EXPECTED_TYPE_IDENTIFIER;
            return Err(self.fail_here(status, "a type is missing"));
        };
        // `ref` is a word like any other, so it may also be a property's name.
        let is_reference = self.at_word("ref") && self.next_is(TokenKind::Ident);
        let span = if is_reference { name.span.to(self.bump().span) } else { name.span };
        let of = match (CimType::from_mof(name.text), is_reference) {
            (None | Some(CimType::Object), true) => TypeOf::Reference(name.text),
            (Some(cim), false) => TypeOf::Cim(cim),
            (None, false) if name.is("void") => TypeOf::Void,
            (None, false) => TypeOf::Embedded(name.text),
            (Some(cim), true) => {
                self.bad_type(TypeName { of: TypeOf::Cim(cim), span }, "a reference refers to a class");
                TypeOf::Reference("object")
            }
        };
        Ok(TypeName { of, span })
    }

    fn bad_type(&mut self, type_name: TypeName<'_>, message: &str) {
        let status = codes::WBEMMOF_E_UNRECOGNIZED_TYPE;
        self.report(Diagnostic::error(status, type_name.span, message));
    }

    fn property_name(&mut self, type_name: &TypeName<'a>) -> Parse<Name<'a>> {
        if let Some(name) = self.name() {
            return Ok(name);
        }
        let status = codes::WBEMMOF_E_EXPECTED_PROPERTY_NAME;
        let word = self.slice(type_name.span);
        let message = format!("a name must follow the type `{word}`");
        let diagnostic = self.here(status, message);
        let is_lonely = matches!(type_name.of, TypeOf::Embedded(_));
        self.report(if is_lonely && matches!(self.token.kind, TokenKind::Semi | TokenKind::Equal) {
            diagnostic.hint(format!("is the type of `{word}` missing?"))
        } else {
            diagnostic
        });
        Err(Skip)
    }

    /// `arr = "[" [ integer ] "]"`
    pub(super) fn array(&mut self) -> Parse<Option<Array>> {
        if !self.eat(TokenKind::OpenBracket) {
            return Ok(None);
        }
        let mut size = None;
        if self.at(TokenKind::Number) {
            let place = self.token.span;
            let constant = self.number();
            size = match constant {
                Constant::Integer(count) if count > 0 => u32::try_from(count).ok(),
                _ => None,
            };
            if size.is_none() {
                let status = codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE;
                let message = "the size of an array is a positive uint32";
                self.report(Diagnostic::error(status, place, message));
            }
        }
        self.close_bracket("the size of the array")?;
        Ok(Some(Array { size }))
    }

    pub(super) fn close_bracket(&mut self, after: &str) -> Parse<()> {
        if self.eat(TokenKind::CloseBracket) {
            return Ok(());
        }
        Err(self.missing(codes::WBEMMOF_E_EXPECTED_CLOSE_BRACKET, format!("a `]` must follow {after}")))
    }

    /// Brackets between the type and the name, where other languages have
    /// them: read, so that the name behind them can be shown in the hint.
    fn early_brackets(&mut self) -> Parse<()> {
        self.array().map(|_| ())
    }

    fn misplaced_brackets(&mut self, name: Name<'_>) {
        let status = codes::WBEMMOF_E_EXPECTED_PROPERTY_NAME;
        let message = "the brackets of an array follow its name";
        let diagnostic = Diagnostic::error(status, name.span, message);
        self.report(diagnostic.hint(format!("write {}[]", name.text)));
    }

    /// Reports members of one declaration that have the same name.
    pub(super) fn distinct(&mut self, names: impl Iterator<Item = Name<'a>> + Clone, what: &str) {
        self.distinct_names(names, codes::WBEMMOF_E_DUPLICATE_PROPERTY, what);
    }

    /// Reports names that stand twice in one list.
    pub(super) fn distinct_names(
        &mut self,
        names: impl Iterator<Item = Name<'a>> + Clone,
        status: Status,
        what: &str,
    ) {
        // Few names are compared with each other without allocating.
        const FEW: usize = 16;
        if names.clone().nth(FEW).is_none() {
            let mut rest = names.clone();
            let has_duplicate = std::iter::from_fn(|| rest.next().map(|name| (name, rest.clone())))
                .any(|(name, mut later)| later.any(|other| name.is(other.text)));
            if !has_duplicate {
                return;
            }
        }
        let names: Vec<Name<'a>> = names.collect();
        self.no_duplicates(&names, status, what);
    }
}
