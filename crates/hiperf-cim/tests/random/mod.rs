//! Pseudo-random values, classes and instances; the same sequence every time.
#![allow(dead_code)] // each test uses a part of it

use std::sync::Arc;

use hiperf_cim::{
    CimType, Class, ClassBuilder, DateTime, Decoration, Flavor, Instance, MethodDeclaration,
    PropertyDeclaration, Qualifier, Type, Value, parameters,
};

/// A small generator of pseudo-random numbers.
pub struct Random(pub u64);

/// Names in which case, order and encoding matter.
const NAMES: [&str; 12] = [
    "Name",
    "key",
    "read",
    "a_b",
    "aB",
    "Zone",
    "\u{e9}t\u{e9}",
    "\u{3b2}eta",
    "x__y",
    "DWORD",
    "cimwin32",
    "Total",
];

impl Random {
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    #[allow(clippy::cast_possible_truncation)]
    pub fn index(&mut self, below: usize) -> usize {
        self.next(below as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    pub fn text(&mut self) -> String {
        const LETTERS: [char; 11] =
            ['a', 'Z', '"', '\u{e9}', '\u{3b2}', '\u{1F600}', '\\', '\'', '\n', '\t', '\u{1}'];
        if self.next(10) == 0 {
            return self.pick(&["", "key", "\"", "CIMTYPE", "dynamic"]).to_owned();
        }
        let used = 1 + self.index(LETTERS.len());
        (0..self.next(40)).map(|_| LETTERS[self.index(used)]).collect()
    }

    #[allow(clippy::cast_possible_truncation)]
    pub fn scalar(&mut self, cim: CimType) -> Value {
        let word = self.next(u64::MAX);
        match cim {
            CimType::Sint8 => Value::Sint8(word as i8),
            CimType::Uint8 => Value::Uint8(word as u8),
            CimType::Sint16 => Value::Sint16(word as i16),
            CimType::Uint16 => Value::Uint16(word as u16),
            CimType::Sint32 => Value::Sint32(word as i32),
            CimType::Uint32 => Value::Uint32(word as u32),
            CimType::Sint64 => Value::Sint64(word as i64),
            CimType::Uint64 => Value::Uint64(word),
            CimType::Real32 if word.is_multiple_of(4) => {
                Value::Real32(self.pick(&[0.0, -0.0, 1e-45, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 0.1]))
            }
            CimType::Real32 => Value::Real32(word as f32),
            CimType::Real64 if word.is_multiple_of(4) => {
                Value::Real64(self.pick(&[0.0, -0.0, 5e-324, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 0.1]))
            }
            CimType::Real64 => Value::Real64(word as f64),
            CimType::Boolean => Value::Boolean(word.is_multiple_of(2)),
            CimType::Char16 => Value::Char16(word as u16),
            CimType::String => Value::String(self.text()),
            CimType::Reference => Value::Reference(self.text()),
            CimType::DateTime => {
                let text = format!("20240305140709.{:06}+060", word % 1_000_000);
                Value::DateTime(DateTime::parse(&text).unwrap())
            }
            CimType::Object => Value::Object(Box::new(self.small_instance())),
        }
    }

    /// A value of type `ty`, now and then NULL.
    pub fn value(&mut self, ty: Type) -> Value {
        if self.next(8) == 0 {
            return Value::Null;
        }
        if ty.is_array {
            let count = self.next(5);
            return Value::Array(ty.scalar, (0..count).map(|_| self.scalar(ty.scalar)).collect());
        }
        self.scalar(ty.scalar)
    }

    /// An instance of a class with a text, a number, and now and then an
    /// object of its own.
    fn small_instance(&mut self) -> Instance {
        let mut builder = ClassBuilder::new("Small", None).unwrap();
        let types = [CimType::String, CimType::Uint16, CimType::Object];
        for (name, cim) in ["Text", "Number", "Inner"].into_iter().zip(types) {
            builder.property(declaration(name, cim)).unwrap();
        }
        let mut instance = Instance::spawn(&builder.build().unwrap());
        let inner = if self.next(4) == 0 { self.scalar(CimType::Object) } else { Value::Null };
        let (text, number) = (self.scalar(CimType::String), self.scalar(CimType::Uint16));
        for (name, value) in [("Text", text), ("Number", number), ("Inner", inner)] {
            instance.put(name, &value).unwrap();
        }
        instance
    }

    fn ty(&mut self) -> Type {
        let scalar = self.pick(&CimType::ALL);
        Type { scalar, is_array: self.next(4) == 0 }
    }

    pub fn qualifier(&mut self) -> Qualifier {
        let types = [CimType::Sint32, CimType::Real64, CimType::String, CimType::Boolean];
        let scalar = self.pick(&types);
        let ty = Type { scalar, is_array: self.next(3) == 0 };
        let value = match self.value(ty) {
            Value::Null => Value::Sint32(0),
            value => value,
        };
        let name = format!("Q{}", self.next(20));
        let flavors = [Flavor::NONE, Flavor::TO_INSTANCE, Flavor::TO_DERIVED_CLASS, Flavor(0x80)];
        Qualifier::new(name, value, self.pick(&flavors))
    }

    fn qualifiers(&mut self) -> Vec<Qualifier> {
        (0..self.next(4)).map(|_| self.qualifier()).collect()
    }

    fn property(&mut self, name: String) -> PropertyDeclaration {
        let ty = self.ty();
        let has_class = matches!(ty.scalar, CimType::Reference | CimType::Object) && self.next(2) == 0;
        PropertyDeclaration {
            name,
            ty,
            class_name: has_class.then(|| "Small".into()),
            qualifiers: self.qualifiers(),
            default: (self.next(3) == 0).then(|| self.value(ty)),
        }
    }

    fn signature(&mut self) -> Option<Arc<Class>> {
        let count = self.next(3);
        let list: Vec<_> = (0..count).map(|n| self.property(format!("P{n}"))).collect();
        (count != 0).then(|| parameters(list).unwrap())
    }

    /// A class below `parent`, whose names start with `prefix`.
    fn class_below(&mut self, prefix: &str, parent: Option<Arc<Class>>) -> Arc<Class> {
        let mut builder = ClassBuilder::new(&format!("{prefix}Class"), parent.clone()).unwrap();
        for qualifier in self.qualifiers() {
            builder.qualifier(qualifier).unwrap();
        }
        for inherited in parent.iter().flat_map(|parent| parent.properties()) {
            if self.next(4) == 0 {
                let ty = inherited.ty();
                let default = (self.next(2) == 0).then(|| self.value(ty));
                let again = PropertyDeclaration { default, ..declaration(inherited.name(), ty) };
                builder.property(again).unwrap();
            }
        }
        let first = self.index(NAMES.len());
        for n in 0..self.index(NAMES.len()) {
            let property = self.property(format!("{}{prefix}", NAMES[(first + n) % NAMES.len()]));
            builder.property(property).unwrap();
        }
        for n in 0..self.next(3) {
            let qualifiers = self.qualifiers();
            let (input, output) = (self.signature(), self.signature());
            let name = format!("Method{prefix}{n}");
            builder.method(MethodDeclaration { name, qualifiers, input, output }).unwrap();
        }
        builder.build().unwrap()
    }

    /// A class with up to three ancestors.
    pub fn class(&mut self) -> Arc<Class> {
        let mut class = None;
        for prefix in ["A", "B", "C", "D"].into_iter().take(1 + self.index(4)) {
            class = Some(self.class_below(prefix, class));
        }
        class.unwrap()
    }

    pub fn decoration(&mut self) -> Option<Arc<Decoration>> {
        let (server, namespace) = (self.text(), self.text());
        (self.next(2) == 0).then(|| Arc::new(Decoration { server, namespace }))
    }

    /// An instance of `class`, some of whose properties have the default.
    pub fn instance(&mut self, class: &Arc<Class>) -> Instance {
        let mut instance = Instance::spawn(class);
        for (index, property) in class.properties().iter().enumerate() {
            if self.next(4) != 0 {
                let value = self.value(property.ty());
                instance.put(property.name(), &value).unwrap();
            }
            if self.next(16) == 0 {
                instance.put_property_qualifier(index, self.qualifier()).unwrap();
            }
        }
        if self.next(4) == 0 {
            instance.put_qualifier(self.qualifier()).unwrap();
        }
        instance.decorate(self.decoration());
        instance
    }
}

/// The declaration of a property without qualifiers and without a default.
pub fn declaration(name: &str, ty: impl Into<Type>) -> PropertyDeclaration {
    let (name, ty) = (name.into(), ty.into());
    PropertyDeclaration { name, ty, class_name: None, qualifiers: Vec::new(), default: None }
}
