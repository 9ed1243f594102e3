//! Writes the seeds of the target `wmio`: what the seeds of `mof` compile to,
//! encoded. `cargo run --example seeds`, when an encoding or such a text
//! changed.

use std::path::Path;
use std::{fs, io};

use hiperf_cim::mof::{self, Compiled};
use hiperf_cim::wmio::{ClassObject, encode_class, encode_instance};

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for entry in fs::read_dir(seeds.join("mof"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().display().to_string();
        let bytes = fs::read(&path)?;
        // Seeds with mistakes compile to nothing.
        let compiled = mof::compile(&mof::parse(&mof::decode(&bytes)), &|_: Option<&str>, _: &str| None);
        for (number, compiled) in compiled.unwrap_or_default().iter().enumerate() {
            let mut out = Vec::new();
            let encoded = match compiled {
                Compiled::Class { class, .. } => {
                    let object = ClassObject { class: class.clone(), decoration: None, prototype: None };
                    encode_class(&object, &mut out)
                }
                Compiled::Instance { instance, .. } => encode_instance(instance, &mut out),
                _ => continue,
            };
            encoded.map_err(|error| io::Error::other(error.to_string()))?;
            fs::write(seeds.join("wmio").join(format!("{name}-{number}")), out)?;
        }
    }
    Ok(())
}
