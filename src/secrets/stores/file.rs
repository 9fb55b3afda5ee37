//! Files of a directory, for development and for volumes that something else fills.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::diagnostics::{SourceKind, Sources};
use crate::secrets::json::{self, Numbers};
use crate::secrets::{Fetched, Fields, Request, Store, StoreError, Value, Why, parse_file};
use crate::yaml::{parse_yaml11, to_json};

/// Endings of files whose keys are the keys of a secret.
const ENDINGS: [&str; 4] = ["yaml", "yml", "json", "env"];
/// More than any secret has.
const MAX_BYTES: u64 = 16 << 20;

/// A directory: a path is a file of keys (`db.yaml`, `.json`, `.env`), or a directory with a file for each key.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// Of that directory.
    pub fn new(root: PathBuf) -> Files {
        Files { root }
    }
}

/// A path below a directory.
///
/// # Errors
/// When it leaves the directory, or a version is wanted: files have none.
pub(super) fn place(root: &Path, request: &Request) -> Result<PathBuf, StoreError> {
    let path = &request.path;
    if !request.version.is_empty() {
        let message = format!("files have no versions, and `{path}` is wanted at one");
        return Err(StoreError::new(Why::NoVersion, message).help("leave the version out"));
    }
    let relative = Path::new(path.trim_start_matches('/'));
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    match inside && !path.is_empty() {
        true => Ok(root.join(relative)),
        false => Err(StoreError::new(Why::NoPath, format!("the path `{path}` leaves the directory of the secrets"))),
    }
}

impl Store for Files {
    fn name(&self) -> String {
        format!("the files in `{}`", self.root.display())
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        let path = &request.path;
        let place = place(&self.root, request)?;
        let with_ending = ENDINGS.iter().map(|ending| {
            let mut name = place.clone().into_os_string();
            name.push(format!(".{ending}"));
            PathBuf::from(name)
        });
        let fields = if place.is_dir() {
            directory(&place)
        } else {
            let file = std::iter::once(place.clone()).chain(with_ending).find(|file| file.is_file());
            let Some(file) = file else {
                let message = format!("there is no secret at `{path}`: `{}` has no such file", self.root.display());
                return Err(StoreError::new(Why::NoPath, message).help(
                    "a secret is a file PATH.yaml, .yml, .json or .env, or a directory PATH with a file for each key",
                ));
            };
            return keys(&file).map(|fields| Fetched { fields, ..Fetched::default() });
        };
        fields.map(|fields| Fetched { fields, ..Fetched::default() }).map_err(|error| unreadable(&place, &error))
    }
}

fn unreadable(file: &Path, error: &io::Error) -> StoreError {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => Why::Denied,
        _ => Why::Unreadable,
    };
    StoreError::new(why, format!("`{}` cannot be read: {}", file.display(), error.kind()))
}

/// A file a key; what begins with a dot belongs to whoever mounted the directory. A line break at the end is no part of a value.
fn directory(place: &Path) -> io::Result<Fields> {
    let mut fields = Vec::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.')) else {
            continue;
        };
        if path.is_file() {
            let mut bytes = read(&path)?;
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
            }
            fields.push((name.to_owned(), Value::Text(bytes)));
        }
    }
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(fields)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::read(path)
}

fn keys(file: &Path) -> Result<Fields, StoreError> {
    let bytes = read(file).map_err(|error| unreadable(file, &error))?;
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    if ending == "env" {
        let pairs = parse_file("x.env", &String::from_utf8_lossy(&bytes)).unwrap_or_default();
        return Ok(pairs.into_iter().map(|(name, value)| (name, Value::text(value))).collect());
    }
    fields_of_yaml(&bytes).map_err(|why| {
        let message = format!("`{}` cannot be used as a secret: {why}", file.display());
        StoreError::new(Why::Unreadable, message)
    })
}

/// The keys of a mapping in YAML or JSON. The error shows nothing of the text.
///
/// # Errors
/// What is no mapping.
pub(super) fn fields_of_yaml(bytes: &[u8]) -> Result<Fields, String> {
    let sources = Sources::new();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let source = sources.add("(a secret)", text, SourceKind::Data).map_err(|_| "it is too large".to_owned())?;
    let node = parse_yaml11(&source).map_err(|found| {
        let at = found.labels.first().and_then(|label| sources.location(label.pos));
        format!("it is not YAML (line {})", at.map_or(1, |at| at.line))
    })?;
    let mut out = String::new();
    to_json(&node, &mut out).map_err(|_| "it has no form in JSON".to_owned())?;
    match json::parse(out.as_bytes(), Numbers::Floats)? {
        Value::Map(fields) => Ok(fields),
        other => Err(format!("it is {}, not a mapping of keys to values", other.what())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(store: &Files, path: &str) -> Result<Vec<String>, Why> {
        let request = Request { path: path.into(), version: String::new(), engine: None };
        let fetched = store.fetch(&request).map_err(|error| error.why)?;
        let text = |value: &Value| String::from_utf8(value.clone().into_text().unwrap()).unwrap();
        Ok(fetched.fields.iter().map(|(key, value)| format!("{key}={}", text(value))).collect())
    }

    #[test]
    fn files_and_directories() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("a/db.yaml", "user: x\nport: 6379\n");
        write("b.env", "K=v\n");
        write("c/password", "p\n");
        write("c/.hidden", "p\n");
        write("d.json", "[1]");
        let store = Files::new(dir.path().to_owned());
        assert_eq!(ask(&store, "a/db").unwrap(), ["port=6379", "user=x"]);
        assert_eq!(ask(&store, "a/db.yaml").unwrap(), ["port=6379", "user=x"]);
        assert_eq!(ask(&store, "b").unwrap(), ["K=v"]);
        assert_eq!(ask(&store, "c").unwrap(), ["password=p"]);
        assert_eq!(ask(&store, "d").unwrap_err(), Why::Unreadable);
        assert_eq!(ask(&store, "../x").unwrap_err(), Why::NoPath);
        assert_eq!(ask(&store, "none").unwrap_err(), Why::NoPath);
    }
}
