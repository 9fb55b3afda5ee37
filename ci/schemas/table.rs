//! Makes the tables of `src/schema/builtin/` from the facts that the scripts beside it gather.
//!
//! `schema-table KUBERNETES.json FOLDER CRD.yaml…`

use std::io::Write;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use redisops::diagnostics::{SourceKind, Sources};
use redisops::schema::{Arena, Compiler, KubeVersion, crd};
use redisops::yaml::parse_documents;
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kubernetes, folder, crds @ ..] = arguments.as_slice() else { return Err("see the top of this file".into()) };
    let folder = Path::new(folder);
    let kubernetes: Value = serde_json::from_slice(&fs::read(kubernetes)?)?;
    write(&folder.join("kubernetes.bin"), &of_kubernetes(&kubernetes)?)?;
    let mut lifecycle = serde_json::to_string(&kubernetes["lifecycle"])?.replace("},{", "},\n{");
    lifecycle.push('\n');
    fs::write(folder.join("lifecycle.json"), lifecycle)?;
    write(&folder.join("operators.bin"), &of_operators(crds)?)?;
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

fn of_operators(files: &[String]) -> Result<Arena, Failure> {
    let sources = Sources::new();
    let mut documents = Vec::new();
    for file in files {
        let source = sources.add(file, fs::read_to_string(file)?, SourceKind::Config)?;
        documents.extend(parse_documents(&source).map_err(|error| format!("{file}: {}", error.message))?);
    }
    let (arena, found) = crd::read(&documents);
    match found.0.first() {
        Some(wrong) => Err(format!("{}: {:?}", wrong.message, wrong.notes).into()),
        None => Ok(arena),
    }
}

fn write(path: &Path, arena: &Arena) -> Result<(), Failure> {
    let plain = arena.encode()?;
    let mut encoder = DeflateEncoder::new((plain.len() as u32).to_le_bytes().to_vec(), Compression::best());
    encoder.write_all(&plain)?;
    fs::write(path, encoder.finish()?)?;
    Ok(())
}
