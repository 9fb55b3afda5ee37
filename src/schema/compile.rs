//! OpenAPI schemas, of version 2 or 3, to nodes.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};
use thiserror::Error;

use super::arena::{
    ANY, Arena, CLOSED, CelRule, Checks, EMBEDDED, Format, Kind, LENIENT, NULLABLE, Node, NodeId, Property, Type,
    Unique,
};

/// Schemas within schemas before a schema counts as endless.
const DEEPEST: usize = 100;

/// A schema that is none.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}")]
pub struct SchemaError {
    /// What is wrong.
    pub message: String,
    /// Keys from the outermost schema to the place.
    pub way: Vec<String>,
}

impl SchemaError {
    fn new(message: impl Into<String>) -> SchemaError {
        SchemaError { message: message.into(), way: Vec::new() }
    }

    fn below(mut self, key: &str) -> SchemaError {
        self.way.insert(0, key.to_owned());
        self
    }
}

/// What makes two nodes the same.
#[derive(PartialEq, Eq, Hash)]
struct Shape {
    kind: Type,
    flags: u8,
    rest: NodeId,
    checks: u32,
    properties: Vec<(u32, bool, NodeId)>,
}

/// A definition that others refer to.
enum State {
    /// Being compiled; the node that stands for it, if somebody needed one.
    Open(Option<NodeId>),
    Done(NodeId),
}

/// Where a schema stands.
#[derive(Clone, Copy)]
struct Spot {
    depth: usize,
    /// Within `allOf` and the like, where nothing is said of fields that are not named.
    nested: bool,
}

/// Turns schemas into nodes of one arena.
pub struct Compiler {
    arena: Arena,
    shapes: FxHashMap<Shape, NodeId>,
    names: FxHashMap<String, u32>,
    known_checks: FxHashMap<String, u32>,
    states: FxHashMap<String, State>,
    /// Whether defaults fill in for what is missing, as they do in custom resources.
    defaults_fill: bool,
}

impl Compiler {
    /// For schemas in which defaults fill in for required fields (custom resources), or do not (types of Kubernetes itself).
    pub fn new(defaults_fill: bool) -> Compiler {
        let any = Node { kind: Type::Any, flags: NULLABLE, count: 0, first: 0, rest: ANY, checks: 0 };
        let mut arena = Arena { nodes: vec![any], ..Arena::default() };
        arena.push_checks(Checks::default());
        Compiler {
            arena,
            shapes: FxHashMap::default(),
            names: FxHashMap::default(),
            known_checks: FxHashMap::default(),
            states: FxHashMap::default(),
            defaults_fill,
        }
    }

    /// All that was compiled.
    pub fn finish(mut self) -> Arena {
        let order = |a: &Kind, b: &Kind| (&a.group, &a.version, &a.kind).cmp(&(&b.group, &b.version, &b.kind));
        self.arena.kinds.sort_by(order);
        self.arena
    }

    /// Adds a kind, or the releases of one that has the same shape already.
    pub fn add_kind(&mut self, group: &str, version: &str, kind: &str, releases: u32, node: NodeId) {
        let same = |it: &&mut Kind| (&*it.group, &*it.version, &*it.kind, it.node) == (group, version, kind, node);
        match self.arena.kinds.iter_mut().find(same) {
            Some(known) => known.releases |= releases,
            None => self.arena.kinds.push(Kind {
                group: group.into(),
                version: version.into(),
                kind: kind.into(),
                releases,
                node,
            }),
        }
    }

    /// Forgets definitions: those that come next are of another document.
    pub fn new_document(&mut self) {
        self.states.clear();
    }

    /// The schema of a custom resource, whose object has the fields that all objects have.
    ///
    /// # Errors
    /// When it is no schema.
    pub fn custom_resource(&mut self, schema: &Value) -> Result<NodeId, SchemaError> {
        let empty = Map::new();
        let root = self.schema(schema, &empty, Spot { depth: 0, nested: false })?;
        let mut node = *self.arena.node(root);
        if node.kind != Type::Object {
            return Err(SchemaError::new("the schema of an object must have `type: object`"));
        }
        let mut properties: Vec<(String, bool, NodeId)> = self
            .arena
            .properties(&node)
            .iter()
            .map(|it| (self.arena.name(it).to_owned(), it.required, it.node))
            .filter(|(name, ..)| !["apiVersion", "kind", "metadata"].contains(&name.as_str()))
            .collect();
        let text = self.plain(Type::String);
        let metadata = self.plain(Type::Metadata);
        properties.extend(
            [("apiVersion", text), ("kind", text), ("metadata", metadata)]
                .map(|(name, node)| (name.to_owned(), false, node)),
        );
        node.flags &= !NULLABLE;
        Ok(self.intern(node.kind, node.flags, node.rest, node.checks, properties))
    }

    /// A definition of a document, by its name.
    ///
    /// # Errors
    /// When it, or one that it refers to, is no schema.
    pub fn definition(&mut self, name: &str, definitions: &Map<String, Value>) -> Result<NodeId, SchemaError> {
        self.reference(name, definitions, Spot { depth: 0, nested: false })
    }

    fn reference(&mut self, name: &str, definitions: &Map<String, Value>, spot: Spot) -> Result<NodeId, SchemaError> {
        match self.states.get_mut(name) {
            Some(State::Done(id)) => return Ok(*id),
            Some(State::Open(Some(id))) => return Ok(*id),
            Some(State::Open(none)) => {
                // It stands for the definition until that is known.
                let id = self.arena.nodes.len() as NodeId;
                *none = Some(id);
                let dummy = Node { kind: Type::Any, flags: 0, count: 0, first: 0, rest: ANY, checks: 0 };
                self.arena.nodes.push(dummy);
                return Ok(id);
            }
            None => {}
        }
        let mut schema = definitions.get(name).ok_or_else(|| no_definition(name))?;
        let mut steps = 0;
        while let Some(next) = reference_of(schema) {
            steps += 1;
            if steps > DEEPEST {
                return Err(SchemaError::new(format!("`$ref` to `{name}` leads in a circle")));
            }
            schema = definitions.get(next).ok_or_else(|| no_definition(next))?;
        }
        self.states.insert(name.to_owned(), State::Open(None));
        let id = match well_known(name) {
            Some(kind) => self.plain(kind),
            None => self
                .schema(schema, definitions, Spot { depth: spot.depth + 1, nested: false })
                .map_err(|e| e.below(name))?,
        };
        let id = match self.states.get(name) {
            Some(State::Open(Some(stand_in))) => {
                let stand_in = *stand_in;
                self.arena.nodes[stand_in as usize] = *self.arena.node(id);
                stand_in
            }
            _ => id,
        };
        self.states.insert(name.to_owned(), State::Done(id));
        Ok(id)
    }

    fn schema(&mut self, schema: &Value, definitions: &Map<String, Value>, spot: Spot) -> Result<NodeId, SchemaError> {
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(true) => return Ok(ANY),
            other => return Err(SchemaError::new(format!("a schema must be a mapping, and this is {}", what(other)))),
        };
        if spot.depth > DEEPEST {
            return Err(SchemaError::new(format!("schemas stand more than {DEEPEST} deep within each other")));
        }
        if let Some(name) = reference_of(schema) {
            return self.reference(name, definitions, spot);
        }
        if let Some(Value::String(name)) = members.get("$ref") {
            return Err(SchemaError::new(format!("`$ref: {name}` leads nowhere")).below("$ref"));
        }
        // A reference that something is said beside.
        if let (Some(Value::Array(all)), None, None) =
            (members.get("allOf"), members.get("type"), members.get("properties"))
            && let [only] = all.as_slice()
            && !spot.nested
        {
            return self.schema(only, definitions, spot).map_err(|e| e.below("0").below("allOf"));
        }
        self.structure(members, definitions, spot)
    }

    fn structure(
        &mut self,
        members: &Map<String, Value>,
        definitions: &Map<String, Value>,
        spot: Spot,
    ) -> Result<NodeId, SchemaError> {
        let inner = Spot { depth: spot.depth + 1, ..spot };
        let is_true = |key: &str| members.get(key) == Some(&Value::Bool(true));
        let (mut kind, mut flags) = kind_of(members)?;
        if is_true("nullable") {
            flags |= NULLABLE;
        }
        if is_true("x-kubernetes-embedded-resource") {
            flags |= EMBEDDED;
        }
        if kind == Type::Any && members.contains_key("properties") {
            (kind, flags) = (Type::Object, flags | LENIENT);
        } else if kind == Type::Any && members.contains_key("items") {
            (kind, flags) = (Type::Array, flags | LENIENT);
        }
        let mut required = required_of(members)?;
        let mut properties = Vec::new();
        if let Some(value) = members.get("properties") {
            let all = value.as_object().ok_or_else(|| {
                SchemaError::new(format!("`properties` must be a mapping, and this is {}", what(value)))
                    .below("properties")
            })?;
            for (name, property) in all {
                if name.len() > usize::from(u8::MAX) {
                    return Err(SchemaError::new("the name of a property is longer than 255 bytes").below("properties"));
                }
                let node =
                    self.schema(property, definitions, inner).map_err(|error| error.below(name).below("properties"))?;
                let filled = self.defaults_fill && property.get("default").is_some();
                let at = required.iter().position(|it| it == name);
                let needed = at.map(|at| required.swap_remove(at)).is_some() && !filled;
                properties.push((name.clone(), needed, node));
            }
        }
        let rest = match kind {
            Type::Object => self.rest_of(members, definitions, inner)?,
            Type::Array => match members.get("items") {
                Some(items) => self.schema(items, definitions, inner).map_err(|error| error.below("items"))?,
                None => ANY,
            },
            _ => ANY,
        };
        let checks = self.checks_of(members, kind, required, definitions, spot)?;
        Ok(self.intern(kind, flags, rest, checks, properties))
    }

    fn rest_of(
        &mut self,
        members: &Map<String, Value>,
        definitions: &Map<String, Value>,
        spot: Spot,
    ) -> Result<NodeId, SchemaError> {
        let preserve = members.get("x-kubernetes-preserve-unknown-fields") == Some(&Value::Bool(true));
        match members.get("additionalProperties") {
            Some(Value::Bool(false)) => Ok(CLOSED),
            Some(Value::Bool(true)) => Ok(ANY),
            Some(schema) => self.schema(schema, definitions, spot).map_err(|error| error.below("additionalProperties")),
            // An object of which nothing is said is free.
            None if preserve || spot.nested || !members.contains_key("properties") => Ok(ANY),
            None => Ok(CLOSED),
        }
    }

    fn checks_of(
        &mut self,
        members: &Map<String, Value>,
        kind: Type,
        required: Vec<String>,
        definitions: &Map<String, Value>,
        spot: Spot,
    ) -> Result<u32, SchemaError> {
        let mut checks = plain_checks(members, kind)?;
        if self.defaults_fill {
            checks.default = members.get("default").filter(|value| !value.is_null()).cloned();
        }
        checks.required = required;
        let nested = Spot { depth: spot.depth + 1, nested: true };
        let int_or_string = kind == Type::IntOrString;
        for (key, into) in [("allOf", 0), ("anyOf", 1), ("oneOf", 2)] {
            let Some(list) = members.get(key) else { continue };
            let list = list.as_array().ok_or_else(|| SchemaError::new(format!("`{key}` must be a list")).below(key))?;
            // The two types of a value that may be either are spelled out.
            if int_or_string && into != 0 && list.iter().all(is_type_alone) {
                continue;
            }
            let mut nodes = Vec::with_capacity(list.len());
            for (i, schema) in list.iter().enumerate() {
                nodes.push(self.schema(schema, definitions, nested).map_err(|e| e.below(&i.to_string()).below(key))?);
            }
            match into {
                0 => checks.all_of = nodes,
                1 => checks.any_of = nodes,
                _ => checks.one_of = nodes,
            }
        }
        if let Some(schema) = members.get("not") {
            checks.not = Some(self.schema(schema, definitions, nested).map_err(|error| error.below("not"))?);
        }
        if checks == Checks::default() {
            return Ok(0);
        }
        let key = serde_json::to_string(&checks).unwrap_or_default();
        if let Some(&known) = self.known_checks.get(&key) {
            return Ok(known);
        }
        let id = self.arena.push_checks(checks);
        self.known_checks.insert(key, id);
        Ok(id)
    }

    fn plain(&mut self, kind: Type) -> NodeId {
        self.intern(kind, 0, ANY, 0, Vec::new())
    }

    fn intern(
        &mut self,
        kind: Type,
        flags: u8,
        rest: NodeId,
        checks: u32,
        mut properties: Vec<(String, bool, NodeId)>,
    ) -> NodeId {
        properties.sort_by(|a, b| a.0.cmp(&b.0));
        let properties: Vec<(u32, usize, bool, NodeId)> =
            properties.iter().map(|(name, required, node)| (self.name(name), name.len(), *required, *node)).collect();
        let shape =
            Shape { kind, flags, rest, checks, properties: properties.iter().map(|it| (it.0, it.2, it.3)).collect() };
        if let Some(&known) = self.shapes.get(&shape) {
            return known;
        }
        let arena = &mut self.arena;
        let first = arena.properties.len() as u32;
        arena.properties.extend(properties.iter().map(|it| Property::new(it.0, it.1 as u16, it.2, it.3)));
        let id = arena.nodes.len() as NodeId;
        arena.nodes.push(Node { kind, flags, count: properties.len() as u16, first, rest, checks });
        self.shapes.insert(shape, id);
        id
    }

    fn name(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.names.get(name) {
            return known;
        }
        let start = self.arena.text.len() as u32;
        self.arena.text.push_str(name);
        self.names.insert(name.to_owned(), start);
        start
    }
}

fn no_definition(name: &str) -> SchemaError {
    SchemaError::new(format!("`$ref` to `{name}` leads nowhere"))
}

/// The definition that a schema refers to.
fn reference_of(schema: &Value) -> Option<&str> {
    let text = schema.get("$ref")?.as_str()?;
    ["#/definitions/", "#/components/schemas/", "#/$defs/", "_definitions.json#/$defs/"]
        .iter()
        .find_map(|it| text.strip_prefix(it))
}

/// Types of Kubernetes whose schema does not say what they are.
fn well_known(name: &str) -> Option<Type> {
    match name {
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => Some(Type::Quantity),
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => Some(Type::IntOrString),
        _ => None,
    }
}

fn kind_of(members: &Map<String, Value>) -> Result<(Type, u8), SchemaError> {
    let is_true = |key: &str| members.get(key) == Some(&Value::Bool(true));
    if is_true("x-kubernetes-int-or-string") || members.get("format").and_then(Value::as_str) == Some("int-or-string") {
        return Ok((Type::IntOrString, 0));
    }
    let of = |name: &str| {
        Some(match name {
            "object" => Type::Object,
            "array" => Type::Array,
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            _ => return None,
        })
    };
    let wrong = |value: &Value| {
        SchemaError::new(format!("`type: {value}` is none of object, array, string, integer, number, boolean"))
            .below("type")
    };
    match members.get("type") {
        None => Ok((Type::Any, NULLABLE)),
        // Old documents say so of what has no schema.
        Some(Value::String(name)) if name.is_empty() => Ok((Type::Any, NULLABLE)),
        Some(value @ Value::String(name)) => Ok((of(name).ok_or_else(|| wrong(value))?, 0)),
        Some(value @ Value::Array(names)) => {
            let nullable = if names.iter().any(|name| name == "null") { NULLABLE } else { 0 };
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect();
            match names.as_slice() {
                [one] => Ok((of(one).ok_or_else(|| wrong(value))?, nullable)),
                ["integer", "string"] | ["string", "integer"] => Ok((Type::IntOrString, nullable)),
                _ => Ok((Type::Any, NULLABLE)),
            }
        }
        Some(other) => Err(wrong(other)),
    }
}

fn required_of(members: &Map<String, Value>) -> Result<Vec<String>, SchemaError> {
    match members.get("required") {
        None => Ok(Vec::new()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
            Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        Some(_) => Err(SchemaError::new("`required` must be a list of names").below("required")),
    }
}

/// Checks that need no other schema.
fn plain_checks(members: &Map<String, Value>, kind: Type) -> Result<Checks, SchemaError> {
    let number = |key: &str| match members.get(key) {
        None => Ok(None),
        Some(value) => {
            value.as_f64().map(Some).ok_or_else(|| SchemaError::new(format!("`{key}` must be a number")).below(key))
        }
    };
    let is_true = |key: &str| members.get(key) == Some(&Value::Bool(true));
    let values = match members.get("enum") {
        None => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(_) => return Err(SchemaError::new("`enum` must be a list of values").below("enum")),
    };
    let pattern = match members.get("pattern") {
        None => None,
        Some(Value::String(pattern)) => {
            crate::k8s::go_regex(pattern).map_err(|error| {
                SchemaError::new(format!("`pattern` is no regular expression: {error}")).below("pattern")
            })?;
            Some(pattern.clone())
        }
        Some(_) => return Err(SchemaError::new("`pattern` must be a text").below("pattern")),
    };
    let (least, most) = match kind {
        Type::Array => ("minItems", "maxItems"),
        Type::Object => ("minProperties", "maxProperties"),
        _ => ("minLength", "maxLength"),
    };
    let (least, most) = (number(least)?, number(most)?);
    let size = (least.is_some() || most.is_some())
        .then(|| (least.map_or(0, |it| it as u64), most.map_or(u64::MAX, |it| it as u64)));
    let rules = match members.get("x-kubernetes-validations") {
        None => Vec::new(),
        Some(rules) => serde_json::from_value::<Vec<CelRule>>(rules.clone()).map_err(|error| {
            SchemaError::new(format!("`x-kubernetes-validations` must be a list of rules: {error}"))
                .below("x-kubernetes-validations")
        })?,
    };
    let unique = match members.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => Some(Unique::Items),
        Some("map") => members
            .get("x-kubernetes-list-map-keys")
            .and_then(Value::as_array)
            .map(|keys| Unique::Keys(keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())),
        _ => is_true("uniqueItems").then_some(Unique::Items),
    };
    Ok(Checks {
        values,
        format: format_of(members, kind),
        pattern,
        minimum: number("minimum")?.map(|it| (it, is_true("exclusiveMinimum"))),
        maximum: number("maximum")?.map(|it| (it, is_true("exclusiveMaximum"))),
        multiple_of: number("multipleOf")?.filter(|it| *it > 0.0),
        size,
        unique,
        rules,
        ..Checks::default()
    })
}

fn format_of(members: &Map<String, Value>, kind: Type) -> Option<Format> {
    let name = members.get("format")?.as_str()?;
    Some(match (kind, name) {
        (Type::Integer, "int32") => Format::Int32,
        (Type::Integer, "int64") => Format::Int64,
        (Type::String, "date-time" | "datetime") => Format::DateTime,
        (Type::String, "date") => Format::Date,
        (Type::String, "byte") => Format::Byte,
        (Type::String, "duration") => Format::Duration,
        (Type::String, "ipv4") => Format::Ipv4,
        (Type::String, "ipv6") => Format::Ipv6,
        (Type::String, "ip") => Format::Ip,
        (Type::String, "cidr") => Format::Cidr,
        (Type::String, "uuid") => Format::Uuid,
        (Type::String, "uri") => Format::Uri,
        (Type::String, "email") => Format::Email,
        (Type::String, "hostname") => Format::Hostname,
        (Type::String, "mac") => Format::Mac,
        (Type::String, "quantity") => Format::Quantity,
        _ => return None,
    })
}

/// Whether a schema says a type and nothing else.
fn is_type_alone(schema: &Value) -> bool {
    schema.as_object().is_some_and(|members| members.len() == 1 && members.contains_key("type"))
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
