//! What is printed of any object compiles to the same object, and printing
//! that gives the same text.

mod random;
mod same;

use std::sync::Arc;

use hiperf_cim::mof::{self, Compiled, Printer};
use hiperf_cim::{CimType, Class, ClassBuilder, Flavor, Instance, Qualifier, Value};
use random::{Random, declaration};
use same::assert_same_class;

const ROUNDS: u32 = 400;

/// The class that a random object is of, when it is within another.
fn small() -> Arc<Class> {
    let mut builder = ClassBuilder::new("Small", None).unwrap();
    for (name, cim) in [("Text", CimType::String), ("Number", CimType::Uint16), ("Inner", CimType::Object)] {
        builder.property(declaration(name, cim)).unwrap();
    }
    builder.build().unwrap()
}

/// The class of this name among `classes` and their ancestors.
fn find(classes: &[Arc<Class>], name: &str) -> Option<Arc<Class>> {
    let lines =
        classes.iter().flat_map(|class| std::iter::successors(Some(class), |class| class.superclass()));
    lines.into_iter().find(|class| class.name().eq_ignore_ascii_case(name)).cloned()
}

#[track_caller]
fn compiled(text: &str, known: &[Arc<Class>]) -> Compiled {
    let parsed = mof::parse(text);
    let compiled = mof::compile(&parsed, &|_: Option<&str>, name: &str| find(known, name));
    let compiled = compiled.unwrap_or_else(|diagnostics| {
        panic!("{}", diagnostics.iter().map(|d| mof::render(d, "printed", text)).collect::<String>())
    });
    compiled.into_iter().next().unwrap()
}

#[test]
fn classes() {
    let mut random = Random(0x0F0E_0D0C_0B0A_0908);
    for _ in 0..ROUNDS {
        let class = random.class();
        let text = Printer::new().class(&class);
        let known: Vec<Arc<Class>> = class.superclass().cloned().into_iter().chain([small()]).collect();
        let Compiled::Class { class: again, .. } = compiled(&text, &known) else { panic!("{text}") };
        // A parameter that says neither is printed with its direction.
        assert_same_class(&class, &again, false);
        assert_eq!(Printer::new().class(&again), text);
        let plain = Printer::new().without_flavors().class(&class);
        let Compiled::Class { class: again, .. } = compiled(&plain, &known) else { panic!("{plain}") };
        assert_eq!(Printer::new().without_flavors().class(&again), plain);
    }
}

#[test]
fn instances() {
    let mut random = Random(0x1122_3344_5566_7788);
    let mut builder = ClassBuilder::new("Holder", None).unwrap();
    builder.qualifier(Qualifier::new("Singleton", Value::Boolean(true), Flavor::NONE)).unwrap();
    builder.property(declaration("Held", CimType::Object)).unwrap();
    let holder = builder.build().unwrap();
    for _ in 0..ROUNDS {
        let class = random.class();
        let mut instance = Instance::spawn(&holder);
        instance.put("Held", &Value::Object(Box::new(random.instance(&class)))).unwrap();
        instance.put_qualifier(random.qualifier()).unwrap();
        let text = Printer::new().instance(&instance);
        let known = [holder.clone(), class, small()];
        let Compiled::Instance { instance: again, .. } = compiled(&text, &known) else { panic!("{text}") };
        assert_eq!(instance, again, "{text}");
        assert_eq!(Printer::new().instance(&again), text);
    }
}
