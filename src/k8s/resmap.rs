//! The objects of a build in order, with an index by identity and by name.
//!
//! The reference scans the whole list for every lookup; here an index is built when somebody asks and dropped when identities may have changed, so
//! that a pass over all objects costs the number of objects.

use std::cell::{Ref, RefCell};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{Pattern, ResId, Resource, Scopes, Selector, parse_api_version};

type Positions = SmallVec<[u32; 2]>;

/// Identities of a list of objects.
#[derive(Debug, Default)]
struct Index {
    current: FxHashMap<u64, Positions>,
    any: FxHashMap<u64, Positions>,
    names: FxHashMap<String, Positions>,
}

impl Index {
    fn add(&mut self, position: usize, resource: &Resource, scopes: &Scopes) {
        let at = position as u32;
        let key = resource.key(scopes.as_ref());
        insert(self.current.entry(key).or_default(), at);
        insert(self.any.entry(key).or_default(), at);
        self.add_name(resource.name(), at);
        for previous in resource.previous_ids() {
            insert(self.any.entry(previous.key()).or_default(), at);
            self.add_name(&previous.name, at);
        }
    }

    fn add_name(&mut self, name: &str, at: u32) {
        match self.names.get_mut(name) {
            Some(list) => insert(list, at),
            None => {
                self.names.insert(name.to_owned(), smallvec::smallvec![at]);
            }
        }
    }
}

fn insert(list: &mut Positions, at: u32) {
    if let Err(i) = list.binary_search(&at) {
        list.insert(i, at);
    }
}

/// Two objects would have the same identity.
#[derive(Clone, Debug)]
pub struct DuplicateId {
    /// That identity.
    pub id: ResId,
    /// The object that has it already.
    pub existing: usize,
    /// The object that was to be added.
    pub incoming: Box<Resource>,
}

/// The objects of a build, in order.
pub struct ResMap {
    list: Vec<Resource>,
    scopes: Scopes,
    index: RefCell<Option<Index>>,
}

impl ResMap {
    /// No objects.
    pub fn new(scopes: Scopes) -> ResMap {
        ResMap { list: Vec::new(), scopes, index: RefCell::new(None) }
    }

    /// What decides whether a kind is cluster-scoped.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The objects in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    /// The objects in order.
    pub fn as_slice(&self) -> &[Resource] {
        &self.list
    }

    /// One object.
    ///
    /// # Panics
    /// When the position is not one of this list.
    pub fn at(&self, position: usize) -> &Resource {
        &self.list[position]
    }

    /// All objects, to change in any way.
    pub fn list_mut(&mut self) -> &mut Vec<Resource> {
        *self.index.get_mut() = None;
        &mut self.list
    }

    /// All objects, to change in ways that leave kind, name, namespace and their history alone.
    pub fn contents_mut(&mut self) -> &mut [Resource] {
        &mut self.list
    }

    /// Changes one object. A new identity is added to the index; the old one stays in it and is sorted out by lookups.
    pub fn update<T>(&mut self, position: usize, change: impl FnOnce(&mut Resource) -> T) -> T {
        let resource = &mut self.list[position];
        let before = (resource.key(self.scopes.as_ref()), resource.previous.len());
        let result = change(resource);
        if before != (resource.key(self.scopes.as_ref()), resource.previous.len())
            && let Some(index) = self.index.get_mut()
        {
            index.add(position, &self.list[position], &self.scopes);
        }
        result
    }

    /// All objects by value.
    pub fn into_vec(self) -> Vec<Resource> {
        self.list
    }

    /// Appends an object.
    ///
    /// # Errors
    /// When an object of that current identity exists.
    pub fn append(&mut self, resource: Resource) -> Result<(), DuplicateId> {
        let key = resource.key(self.scopes.as_ref());
        let existing = {
            let index = self.index();
            let id = || resource.id(self.scopes.as_ref());
            index
                .current
                .get(&key)
                .and_then(|list| list.iter().find(|&&i| self.list[i as usize].id(self.scopes.as_ref()).is_same(&id())))
                .map(|&i| i as usize)
        };
        if let Some(existing) = existing {
            let id = resource.id(self.scopes.as_ref());
            return Err(DuplicateId { id, existing, incoming: Box::new(resource) });
        }
        if let Some(index) = self.index.get_mut() {
            index.add(self.list.len(), &resource, &self.scopes);
        }
        self.list.push(resource);
        Ok(())
    }

    /// Appends all objects of another list; every identity that exists already is reported, the rest is appended.
    ///
    /// # Errors
    /// When an object of the same current identity exists.
    pub fn append_all(&mut self, other: ResMap) -> Result<(), Vec<DuplicateId>> {
        if self.list.is_empty() {
            let duplicates = other.duplicates();
            self.list = other.list;
            self.index = other.index;
            return if duplicates.is_empty() { Ok(()) } else { Err(duplicates) };
        }
        let duplicates: Vec<DuplicateId> = other.list.into_iter().filter_map(|r| self.append(r).err()).collect();
        if duplicates.is_empty() { Ok(()) } else { Err(duplicates) }
    }

    /// Objects with the current identity of an earlier one, as transformers that change names can leave them.
    pub fn duplicates(&self) -> Vec<DuplicateId> {
        let scopes = self.scopes.as_ref();
        let mut seen: FxHashMap<u64, Positions> = FxHashMap::default();
        let mut found = Vec::new();
        for (i, resource) in self.list.iter().enumerate() {
            let same_key = seen.entry(resource.key(scopes)).or_default();
            let same = |&&at: &&u32| self.list[at as usize].id(scopes).is_same(&resource.id(scopes));
            if let Some(&existing) = same_key.iter().find(same) {
                let (id, incoming) = (resource.id(scopes), Box::new(resource.clone()));
                found.push(DuplicateId { id, existing: existing as usize, incoming });
            }
            same_key.push(i as u32);
        }
        found
    }

    /// Drops objects of which nothing is left.
    pub fn drop_empty(&mut self) {
        if self.list.iter().any(Resource::is_empty) {
            self.list_mut().retain(|r| !r.is_empty());
        }
    }

    /// Positions of the objects with that current identity.
    pub fn find_current(&self, id: &ResId) -> Positions {
        let index = self.index();
        let list = index.current.get(&id.key());
        list.into_iter()
            .flatten()
            .copied()
            .filter(|&i| self.list[i as usize].id(self.scopes.as_ref()).is_same(id))
            .collect()
    }

    /// Positions of the objects that have, or had, that identity. Objects of which nothing is left are not found.
    pub fn find_any(&self, id: &ResId) -> Positions {
        let index = self.index();
        let list = index.any.get(&id.key());
        list.into_iter().flatten().copied().filter(|&i| self.is_or_was(i as usize, |other| other.is_same(id))).collect()
    }

    /// Positions of the objects that have or had a name, and perhaps of some that no longer do.
    pub fn find_name(&self, name: &str) -> Positions {
        self.index().names.get(name).cloned().unwrap_or_default()
    }

    /// Whether the current or a previous identity of an object passes a test.
    pub fn is_or_was(&self, position: usize, test: impl Fn(&ResId) -> bool) -> bool {
        let resource = &self.list[position];
        !resource.is_empty()
            && (test(&resource.id(self.scopes.as_ref())) || resource.previous_ids().any(|id| test(&id)))
    }

    /// Positions of the objects that a selector selects, in order.
    pub fn select(&self, selector: &Selector) -> Vec<usize> {
        let matches = |&i: &usize| self.is_selected(&self.list[i], selector);
        match &selector.name {
            Pattern::Exact(name) => {
                let index = self.index();
                let named = index.names.get(name);
                named.into_iter().flatten().map(|&i| i as usize).filter(matches).collect()
            }
            _ => (0..self.list.len()).filter(matches).collect(),
        }
    }

    fn is_selected(&self, resource: &Resource, selector: &Selector) -> bool {
        let scopes = self.scopes.as_ref();
        let (group, version) = parse_api_version(resource.api_version());
        selector.matches_gvk(group, version, resource.kind())
            && (selector.name.matches(resource.original_name()) || selector.name.matches(resource.name()))
            && (selector.namespace.is_any()
                || selector.namespace.matches(resource.original_namespace(scopes))
                || selector.namespace.matches(resource.effective_namespace(scopes)))
            && selector.matches_metadata(resource)
    }

    fn index(&self) -> Ref<'_, Index> {
        if self.index.borrow().is_none() {
            let mut index = Index::default();
            for (i, resource) in self.list.iter().enumerate() {
                index.add(i, resource, &self.scopes);
            }
            *self.index.borrow_mut() = Some(index);
        }
        Ref::map(self.index.borrow(), |index| index.as_ref().expect("it was just built"))
    }
}

/// What to say of a name that no object has: it may be that of an object that a `kind: Redis` expands to, which is not there before the end.
pub fn expanded_later(objects: &[Resource], name: &str) -> Option<String> {
    let is_redis = |r: &&Resource| r.kind() == "Redis" && parse_api_version(r.api_version()).0 == "redisops.dev";
    let redis = objects.iter().filter(is_redis).find(|r| {
        let rest = [r.name(), r.original_name()].into_iter().find_map(|own| name.strip_prefix(own));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })?;
    let own = redis.name();
    Some(format!(
        "`{name}` may be made from Redis/{own} at the end of the build: put the change below `spec.patches` of that Redis"
    ))
}
