//! Writes the seeds of the targets `wmio` and `object_array`: what the seeds of
//! `mof` compile to, encoded one by one and all together. `cargo run --example seeds`, when an encoding or such a text
//! changed.

use std::path::Path;
use std::{fs, io};

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::wmio::{ArrayEncoder, ClassObject, Object, Packet, encode_class, encode_instance};
use hiperf_cim::{CimType, ClassBuilder, Instance, PropertyDeclaration, Value};

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for entry in fs::read_dir(seeds.join("mof"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().display().to_string();
        let bytes = fs::read(&path)?;
        // Seeds with mistakes compile to nothing.
        let compiled = mof::compile(&mof::parse(&mof::decode(&bytes)), &|_: Option<&str>, _: &str| None);
        let mut objects = Vec::new();
        for (number, compiled) in compiled.unwrap_or_default().into_iter().enumerate() {
            let mut out = Vec::new();
            let object = match compiled {
                Compiled::Class { class, .. } => {
                    Object::Class(ClassObject { class, decoration: None, prototype: None })
                }
                Compiled::Instance { instance, .. } => Object::Instance(instance),
                _ => continue,
            };
            let encoded = match &object {
                Object::Class(class) => encode_class(class, &mut out),
                Object::Instance(instance) => encode_instance(instance, &mut out),
            };
            encoded.map_err(io::Error::other)?;
            fs::write(seeds.join("wmio").join(format!("{name}-{number}")), out)?;
            objects.push(object);
        }
        // MOF has no form for a class as a value.
        if let Some(event) = objects.first().map(with_class).transpose().map_err(io::Error::other)? {
            let mut out = Vec::new();
            encode_instance(&event, &mut out).map_err(io::Error::other)?;
            fs::write(seeds.join("wmio").join(format!("{name}-class")), out)?;
            objects.push(Object::Instance(event));
        }
        if !objects.is_empty() {
            let (mut out, mut next) = (Vec::new(), 0_u128);
            let ids = || {
                next += 1;
                next.to_le_bytes()
            };
            ArrayEncoder::new(ids)
                .encode(Packet::Next, objects.iter(), &mut out)
                .map_err(io::Error::other)?;
            fs::write(seeds.join("object_array").join(name), out)?;
        }
    }
    Ok(())
}

/// An instance that holds an object, which may be a class.
fn with_class(object: &Object) -> hiperf_cim::Result<Instance> {
    let mut builder = ClassBuilder::new("Event", None)?;
    builder.property(PropertyDeclaration {
        name: "Target".into(),
        ty: CimType::Object.into(),
        class_name: None,
        qualifiers: Vec::new(),
        default: None,
    })?;
    let mut event = Instance::spawn(&builder.build()?);
    event.put("Target", &Value::from(object.clone()))?;
    Ok(event)
}
