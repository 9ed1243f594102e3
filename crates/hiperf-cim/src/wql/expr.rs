//! The WHERE clause as it is written, before anything is known of the class.
//!
//! Names and constants know where they stand, for messages; two are equal when
//! they say the same, wherever they stand.

use super::diagnostic::Span;

/// A WHERE clause. Chains of AND and of OR are flat, so that its depth is that
/// of its parentheses, which the parser bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of them: two or more.
    And(Vec<Expr>),
    /// One of them: two or more.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A test of one property.
    Condition(Condition),
}

/// A test of one property.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The property.
    pub property: PropertyRef,
    /// What is asked of it.
    pub test: Test,
}

/// The name of a property in a query.
#[derive(Clone, Debug)]
pub struct PropertyRef {
    /// The name as written; a member of an embedded object has dots in it.
    pub name: String,
    /// Where in the query it stands, in bytes.
    pub span: Span,
}

/// What a condition asks of its property.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Compared with a constant, the property on the left.
    Compare(Operator, Constant),
    /// `IS NULL`.
    IsNull,
    /// `IS NOT NULL`.
    IsNotNull,
    /// `LIKE` a pattern, which is always text.
    Like(Constant),
    /// `ISA` a class, whose name is always text.
    IsA(Constant),
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the definition
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A constant and where it stands.
#[derive(Clone, Debug)]
pub struct Constant {
    /// The value.
    pub literal: Literal,
    /// Where in the query it stands, in bytes.
    pub span: Span,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text between quotes, escapes resolved.
    String(String),
    /// A whole number.
    Integer(i128),
    /// A finite number with a point or an exponent.
    Real(f64),
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// `NULL`.
    Null,
}

impl PartialEq for PropertyRef {
    fn eq(&self, other: &PropertyRef) -> bool {
        self.name == other.name
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Constant) -> bool {
        self.literal == other.literal
    }
}

impl Expr {
    /// The texts of which one must be that of the constant's side for the
    /// clause to be true, as far as the clause says so; `text` gives that of a
    /// condition that says so. `None` when the clause leaves it open.
    pub(super) fn required<'a>(
        &'a self,
        text: &dyn Fn(&'a Condition) -> Option<&'a str>,
    ) -> Option<Vec<&'a str>> {
        match self {
            Expr::And(terms) => terms.iter().find_map(|term| term.required(text)),
            Expr::Or(terms) => terms
                .iter()
                .map(|term| term.required(text))
                .collect::<Option<Vec<_>>>()
                .map(|all| all.concat()),
            Expr::Not(_) => None,
            Expr::Condition(condition) => text(condition).map(|text| vec![text]),
        }
    }
}

impl Operator {
    /// The operator spelled so; `<>` is spelled `!=` by the lexer.
    pub(super) fn from_spelling(spelling: &str) -> Option<Operator> {
        [
            Operator::Equal,
            Operator::NotEqual,
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
        ]
        .into_iter()
        .find(|operator| operator.spelling() == spelling)
    }

    /// How WQL spells it.
    #[must_use]
    pub const fn spelling(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
        }
    }

    /// The operator that says the same with its sides exchanged.
    #[must_use]
    pub const fn exchanged(self) -> Operator {
        match self {
            Operator::Equal | Operator::NotEqual => self,
            Operator::Less => Operator::Greater,
            Operator::LessOrEqual => Operator::GreaterOrEqual,
            Operator::Greater => Operator::Less,
            Operator::GreaterOrEqual => Operator::LessOrEqual,
        }
    }

    /// Whether it asks for more than being equal or not.
    #[must_use]
    pub const fn is_ordering(self) -> bool {
        !matches!(self, Operator::Equal | Operator::NotEqual)
    }

    /// Whether it holds between sides of this order.
    #[must_use]
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
        }
    }
}
