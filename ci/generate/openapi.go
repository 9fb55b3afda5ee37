package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const (
	bundleGlob       = "openapi/kubernetesapi/data/*.json.gz"
	precomputedName  = "precomputedIsNamespaceScoped"
	gvkExtension     = "x-kubernetes-group-version-kind"
	definitionPrefix = "#/definitions/"
	none             = -1
)

// node is a schema reduced to what a strategic merge asks of it.
type node struct {
	label    string
	fields   map[string]int
	items    int
	values   int
	strategy string
	keys     []string
}

// graph holds the schemas of all definitions; a reference is an edge.
type graph struct {
	definitions spec.Definitions
	nodes       []*node
	byName      map[string]int
}

func (g *graph) definition(name string) int {
	if id, found := g.byName[name]; found {
		return id
	}
	schema, found := g.definitions[name]
	if !found {
		return none
	}
	if schema.Ref.String() != "" {
		log.Fatalf("definition %s is only a reference: the table cannot say that", name)
	}
	id := g.add(name)
	g.byName[name] = id
	g.fill(id, &schema, name)
	return id
}

func (g *graph) add(label string) int {
	g.nodes = append(g.nodes, &node{label: label, fields: map[string]int{}, items: none, values: none})
	return len(g.nodes) - 1
}

func (g *graph) schema(schema *spec.Schema, label string) int {
	if reference := schema.Ref.String(); reference != "" {
		return g.definition(strings.TrimPrefix(reference, definitionPrefix))
	}
	id := g.add(label)
	g.fill(id, schema, label)
	return id
}

// fill reads a schema as kyaml does: items count for the type array only, a merge key only beside a strategy.
func (g *graph) fill(id int, schema *spec.Schema, label string) {
	target := g.nodes[id]
	resource := openapi.ResourceSchema{Schema: schema}
	target.strategy, target.keys = resource.PatchStrategyAndKeyList()
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		if child := g.schema(&property, label+"."+name); child != none {
			target.fields[name] = child
		} else if schema.AdditionalProperties != nil {
			log.Fatalf("%s.%s: an open map and a field that does not resolve", label, name)
		}
	}
	if len(schema.Type) == 1 && schema.Type[0] == "array" && schema.Items != nil && schema.Items.Schema != nil {
		target.items = g.schema(schema.Items.Schema, label+"[]")
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		target.values = g.schema(schema.AdditionalProperties.Schema, label+".*")
	}
}

// classes groups nodes that no sequence of questions can tell apart, and numbers the groups: the one that knows
// nothing is 0, the rest follow in the order of their smallest label.
func (g *graph) classes() ([]int, []*node) {
	class := make([]int, len(g.nodes))
	count := 1
	for {
		number := map[string]int{}
		next := make([]int, len(g.nodes))
		for i, n := range g.nodes {
			signature := n.signature(func(child int) int {
				if child == none {
					return none
				}
				return class[child]
			})
			if _, found := number[signature]; !found {
				number[signature] = len(number)
			}
			next[i] = number[signature]
		}
		class = next
		if len(number) == count {
			break
		}
		count = len(number)
	}
	representative := make([]*node, count)
	for i, n := range g.nodes {
		if r := representative[class[i]]; r == nil || n.label < r.label {
			representative[class[i]] = n
		}
	}
	order := slices.Clone(representative)
	slices.SortFunc(order, func(a, b *node) int {
		if a.blank() != b.blank() {
			if a.blank() {
				return -1
			}
			return 1
		}
		return strings.Compare(a.label, b.label)
	})
	position := map[*node]int{}
	for i, n := range order {
		position[n] = i
	}
	for i := range class {
		class[i] = position[representative[class[i]]]
	}
	return class, order
}

func (n *node) blank() bool {
	return len(n.fields) == 0 && n.items == none && n.values == none && n.strategy == ""
}

func (n *node) signature(class func(int) int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%q %q %d %d", n.strategy, n.keys, class(n.items), class(n.values))
	for _, name := range slices.Sorted(maps.Keys(n.fields)) {
		fmt.Fprintf(&out, " %s:%d", name, class(n.fields[name]))
	}
	return out.String()
}

// kind is a resource type with its root definition (may be none) and its scope.
type kind struct {
	apiVersion, name, definition, scope string
}

func kinds(definitions spec.Definitions) []kind {
	found := map[yaml.TypeMeta]*kind{}
	at := func(apiVersion, name string) *kind {
		key := yaml.TypeMeta{APIVersion: apiVersion, Kind: name}
		if found[key] == nil {
			found[key] = &kind{apiVersion: apiVersion, name: name}
		}
		return found[key]
	}
	for name, definition := range definitions {
		extension, ok := definition.Extensions[gvkExtension].([]interface{})
		if !ok {
			continue
		}
		for _, entry := range extension {
			fields := entry.(map[string]interface{})
			apiVersion := fields["version"].(string)
			if group, _ := fields["group"].(string); group != "" {
				apiVersion = group + "/" + apiVersion
			}
			target := at(apiVersion, fields["kind"].(string))
			if target.definition != "" {
				log.Fatalf("%s %s has two definitions", apiVersion, target.name)
			}
			target.definition = name
		}
	}
	kyaml := moduleDir("sigs.k8s.io/kustomize/kyaml")
	precomputed := precomputedKinds(filepath.Join(kyaml, "openapi", "openapi.go"))
	for _, key := range precomputed {
		at(key.APIVersion, key.Kind)
	}
	for _, resource := range bundleResources(kyaml) {
		at(resource.APIVersion, resource.Kind)
		// The precomputed scopes hold in every build, those of the bundle only where it is in force. The table
		// has one column for both, which is right as long as the bundle adds nothing.
		key := yaml.TypeMeta{APIVersion: resource.APIVersion, Kind: resource.Kind}
		if resource.Scope != "" && !slices.Contains(precomputed, key) {
			log.Fatalf("the scope of %v stands in the bundle only", key)
		}
	}
	var result []kind
	for key, entry := range found {
		entry.scope = "UNKNOWN"
		if namespaced, known := openapi.IsNamespaceScoped(key); known {
			entry.scope = map[bool]string{true: "NAMESPACED", false: "CLUSTER"}[namespaced]
		}
		if entry.definition != "" || entry.scope != "UNKNOWN" {
			result = append(result, *entry)
		}
	}
	slices.SortFunc(result, func(a, b kind) int {
		if c := strings.Compare(a.apiVersion, b.apiVersion); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	return result
}

type bundleResource struct{ APIVersion, Kind, Scope string }

// bundleResources lists the kinds of the embedded bundle, which knows some that have no definition.
func bundleResources(kyaml string) []bundleResource {
	paths, err := filepath.Glob(filepath.Join(kyaml, bundleGlob))
	if err != nil || len(paths) != 1 {
		log.Fatalf("expected one bundle in %s, found %v", kyaml, paths)
	}
	file, err := os.Open(paths[0])
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		log.Fatal(err)
	}
	var bundle struct{ Resources []bundleResource }
	if err := json.NewDecoder(reader).Decode(&bundle); err != nil {
		log.Fatal(err)
	}
	return bundle.Resources
}

// precomputedKinds lists the keys of kyaml's precomputed scopes; their values are asked of kyaml itself.
func precomputedKinds(path string) []yaml.TypeMeta {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	var result []yaml.TypeMeta
	ast.Inspect(parsed, func(n ast.Node) bool {
		value, ok := n.(*ast.ValueSpec)
		if !ok || value.Names[0].Name != precomputedName {
			return true
		}
		for _, element := range value.Values[0].(*ast.CompositeLit).Elts {
			var key yaml.TypeMeta
			for _, field := range element.(*ast.KeyValueExpr).Key.(*ast.CompositeLit).Elts {
				pair := field.(*ast.KeyValueExpr)
				text, err := strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
				if err != nil {
					log.Fatal(err)
				}
				if pair.Key.(*ast.Ident).Name == "Kind" {
					key.Kind = text
				} else {
					key.APIVersion = text
				}
			}
			result = append(result, key)
		}
		return false
	})
	if len(result) == 0 {
		log.Fatalf("%s holds no %s", path, precomputedName)
	}
	return result
}

func openAPITable() []byte {
	g := graph{definitions: openapi.Schema().Definitions, byName: map[string]int{}}
	names := slices.Sorted(maps.Keys(g.definitions))
	for _, name := range names {
		g.definition(name)
	}
	class, order := g.classes()

	fieldNames := map[string]bool{}
	patches := []string{patchLiteral("", nil)}
	for _, n := range order {
		for name := range n.fields {
			fieldNames[name] = true
		}
		if literal := patchLiteral(n.strategy, n.keys); !slices.Contains(patches, literal) {
			patches = append(patches, literal)
		}
	}
	slices.Sort(patches[1:])
	sortedNames := slices.Sorted(maps.Keys(fieldNames))
	child := func(id int) string {
		if id == none {
			return "NONE"
		}
		return strconv.Itoa(class[id])
	}

	var nodes, fields bytes.Buffer
	count := 0
	for i, n := range order {
		patch := slices.Index(patches, patchLiteral(n.strategy, n.keys))
		fmt.Fprintf(&nodes, "    node(%d, %d, %s, %s, %d), // %d %s\n", count, len(n.fields), child(n.items), child(n.values), patch, i, n.label)
		if len(n.fields) == 0 {
			continue
		}
		fmt.Fprintf(&fields, "    // %d %s\n", i, n.label)
		var line []string
		for _, name := range slices.Sorted(maps.Keys(n.fields)) {
			at, _ := slices.BinarySearch(sortedNames, name)
			line = append(line, fmt.Sprintf("(%d, %d)", at, class[n.fields[name]]))
		}
		count += len(line)
		wrap(&fields, line)
	}

	all := kinds(g.definitions)
	var apiVersions, kindNames, firstKinds, kindRows []string
	for i, k := range all {
		if len(apiVersions) == 0 || apiVersions[len(apiVersions)-1] != k.apiVersion {
			apiVersions = append(apiVersions, k.apiVersion)
			firstKinds = append(firstKinds, strconv.Itoa(i))
		}
		kindNames = append(kindNames, k.name)
		root := "NONE"
		if k.definition != "" {
			root = child(g.byName[k.definition])
		}
		kindRows = append(kindRows, fmt.Sprintf("(%s, %s)", root, k.scope))
	}
	firstKinds = append(firstKinds, strconv.Itoa(len(all)))
	var roots []string
	for _, name := range names {
		roots = append(roots, child(g.byName[name]))
	}

	var out bytes.Buffer
	fmt.Fprintf(&out, `//! Facts of the Kubernetes API %s and of the kustomization file, reduced to what a merge asks.
//!
//! Equal schemas share a node, node 0 is the schema that says nothing. Strings stand end to end in one text, so
//! that the table holds no pointers and costs nothing at program start.
//!
//! Written by `+"`ci/generate`"+` from the kustomize sources; do not edit.

use super::tables::{CLUSTER, NAMESPACED, NONE, Node, Patch, Strings, UNKNOWN, node};

/// Version of the Kubernetes API that the built-in schemas describe, the only one that a kustomization may name.
pub const VERSION: &str = %q;

`, openapi.DefaultOpenAPI, openapi.DefaultOpenAPI)
	writeStrings(&out, "FIELD_NAMES", "Names of all fields, sorted.", sortedNames)
	writeRows(&out, "PATCHES", "Merge strategies with their keys; a node names one by index.", "[Patch]", patches)
	fmt.Fprintf(&out, "/// Schemas: first field, number of fields, schema of items, schema of map values, patch.\n#[rustfmt::skip]\npub(super) static NODES: &[Node] = &[\n%s];\n\n", nodes.String())
	fmt.Fprintf(&out, "/// Fields of all nodes: index of the name, node; sorted by name within a node.\n#[rustfmt::skip]\npub(super) static FIELDS: &[(u16, u16)] = &[\n%s];\n\n", fields.String())
	writeStrings(&out, "DEFINITION_NAMES", "Names of the definitions, sorted.", names)
	writeRows(&out, "DEFINITIONS", "Node of each definition.", "[u16]", roots)
	writeStrings(&out, "API_VERSIONS", "API versions, sorted.", apiVersions)
	writeRows(&out, "FIRST_KINDS", "Where the kinds of each API version start; one entry more ends the last.", "[u16]", firstKinds)
	writeStrings(&out, "KIND_NAMES", "Kinds of all API versions, sorted within each.", kindNames)
	writeRows(&out, "KINDS", "Schema and scope of each kind.", "[(u16, u8)]", kindRows)
	return bytes.TrimRight(out.Bytes(), "\n")
}

func patchLiteral(strategy string, keys []string) string {
	var quoted []string
	for _, key := range keys {
		quoted = append(quoted, strconv.Quote(key))
	}
	value := "None"
	if strategy != "" {
		value = fmt.Sprintf("Some(%q)", strategy)
	}
	return fmt.Sprintf("Patch { strategy: %s, keys: &[%s] }", value, strings.Join(quoted, ", "))
}

// writeStrings emits the strings as one text and the offset after each.
func writeStrings(out *bytes.Buffer, name, doc string, values []string) {
	var quoted, ends []string
	end := 0
	for _, value := range values {
		quoted = append(quoted, strconv.Quote(value))
		end += len(value)
		ends = append(ends, strconv.Itoa(end))
	}
	if end > 0xffff {
		log.Fatalf("%s: %d bytes of text do not fit 16-bit offsets", name, end)
	}
	fmt.Fprintf(out, "/// %s\n#[rustfmt::skip]\npub(super) static %s: Strings = Strings {\n    text: concat!(\n", doc, name)
	wrap(out, quoted)
	out.WriteString("    ),\n    ends: &[\n")
	wrap(out, ends)
	out.WriteString("    ],\n};\n\n")
}

func writeRows(out *bytes.Buffer, name, doc, kind string, rows []string) {
	fmt.Fprintf(out, "/// %s\n#[rustfmt::skip]\npub(super) static %s: &%s = &[\n", doc, name, kind)
	wrap(out, rows)
	out.WriteString("];\n\n")
}

// wrap breaks a list into lines of at most 118 columns.
func wrap(out *bytes.Buffer, items []string) {
	line := "   "
	for _, item := range items {
		if len(line)+len(item)+2 > 118 && line != "   " {
			out.WriteString(line + "\n")
			line = "   "
		}
		line += " " + item + ","
	}
	out.WriteString(line + "\n")
}
