//! Makes the tables of `src/schema/builtin/` from the facts that the scripts beside it gather.
//!
//! `schema-table KUBERNETES.json CRDS.json FOLDER`

use std::io::Write;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use redisops::schema::{Arena, Compiler, KubeVersion};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kubernetes, crds, folder] = arguments.as_slice() else { return Err("see the top of this file".into()) };
    let folder = Path::new(folder);
    let kubernetes: Value = serde_json::from_slice(&fs::read(kubernetes)?)?;
    write(&folder.join("kubernetes.bin"), &of_kubernetes(&kubernetes)?)?;
    let mut lifecycle = serde_json::to_string(&kubernetes["lifecycle"])?.replace("},{", "},\n{");
    lifecycle.push('\n');
    fs::write(folder.join("lifecycle.json"), lifecycle)?;
    let crds: Value = serde_json::from_slice(&fs::read(crds)?)?;
    write(&folder.join("operators.bin"), &of_operators(&crds)?)?;
    Ok(())
}

fn of_kubernetes(facts: &Value) -> Result<Arena, Failure> {
    let mut compiler = Compiler::new(false);
    for release in facts["releases"].as_array().ok_or("releases")? {
        let minor = release["minor"]
            .as_u64()
            .and_then(|it| KubeVersion::of_minor(it as u16))
            .ok_or("a release that src/schema/version.rs does not know")?;
        let definitions = release["definitions"].as_object().ok_or("definitions")?;
        compiler.new_document();
        for kind in release["kinds"].as_array().ok_or("kinds")? {
            let [group, version, name, definition] = [0, 1, 2, 3].map(|at| kind[at].as_str().unwrap_or_default());
            let node = compiler.definition(definition, definitions)?;
            compiler.add_kind(group, version, name, minor.bit(), node);
        }
    }
    Ok(compiler.finish())
}

fn of_operators(facts: &Value) -> Result<Arena, Failure> {
    let mut compiler = Compiler::new(true);
    for kind in facts.as_array().ok_or("a list of kinds")? {
        let [group, version, name] = ["group", "version", "kind"].map(|key| kind[key].as_str().unwrap_or_default());
        let node =
            compiler.custom_resource(&kind["schema"]).map_err(|error| format!("{name}: {error} at {:?}", error.way))?;
        compiler.add_kind(group, version, name, u32::MAX, node);
    }
    Ok(compiler.finish())
}

fn write(path: &Path, arena: &Arena) -> Result<(), Failure> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&arena.encode()?)?;
    fs::write(path, encoder.finish()?)?;
    Ok(())
}
