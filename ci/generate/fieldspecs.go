package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

// fieldSpecFolder holds the default configuration as string constants, one or two a file.
const fieldSpecFolder = "internal/konfig/builtinpluginconsts"

type nameReference struct {
	resid.Gvk `json:",inline"`
	Referrers types.FsSlice `json:"fieldSpecs"`
}

// transformerConfig is the shape of a transformer configuration file.
type transformerConfig struct {
	NamePrefix                types.FsSlice   `json:"namePrefix"`
	NameSuffix                types.FsSlice   `json:"nameSuffix"`
	Namespace                 types.FsSlice   `json:"namespace"`
	CommonLabels              types.FsSlice   `json:"commonLabels"`
	Labels                    types.FsSlice   `json:"labels"`
	TemplateLabels            types.FsSlice   `json:"templateLabels"`
	VolumeClaimTemplateLabels types.FsSlice   `json:"volumeClaimTemplateLabels"`
	CommonAnnotations         types.FsSlice   `json:"commonAnnotations"`
	NameReference             []nameReference `json:"nameReference"`
	VarReference              types.FsSlice   `json:"varReference"`
	Images                    types.FsSlice   `json:"images"`
	Replicas                  types.FsSlice   `json:"replicas"`
}

// fieldSpecTables renders the default configuration in the order in which kustomize uses it: every list is
// sorted by kind and group at start, with an unstable sort, so the sort is done here by the same code.
func fieldSpecTables() []byte {
	constants := stringConstants(filepath.Join(moduleDir("sigs.k8s.io/kustomize/api"), fieldSpecFolder))
	var config transformerConfig
	for name, text := range constants {
		// Fragments, which other constants include, start with a list item.
		if strings.HasPrefix(strings.TrimSpace(text), "-") {
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(text), &config); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
	sort.Slice(config.NameReference, func(i, j int) bool {
		return config.NameReference[i].Gvk.IsLessThan(config.NameReference[j].Gvk)
	})

	var out bytes.Buffer
	out.WriteString(`//! The default field specs, list by list.
//!
//! Written by ` + "`ci/generate`" + ` from the kustomize sources; do not edit.

use super::{FieldSpecConst, NameReferenceConst, field};
`)
	for _, table := range []struct {
		name, doc string
		specs     types.FsSlice
	}{
		{"NAME_PREFIX", "Fields that `namePrefix` changes.", config.NamePrefix},
		{"NAME_SUFFIX", "Fields that `nameSuffix` changes.", config.NameSuffix},
		{"NAMESPACE", "Fields that `namespace` sets besides `metadata/namespace`, which has rules of its own.", config.Namespace},
		{"COMMON_LABELS", "Fields that `commonLabels`, and `labels` with `includeSelectors`, set.", config.CommonLabels},
		{"LABELS", "Fields that every entry of `labels` sets besides `metadata/labels`.", config.Labels},
		{"TEMPLATE_LABELS", "Fields that `labels` with `includeTemplates` set.", config.TemplateLabels},
		{"VOLUME_CLAIM_TEMPLATE_LABELS", "Fields that `labels` with `includeVolumeClaimTemplates` set.", config.VolumeClaimTemplateLabels},
		{"COMMON_ANNOTATIONS", "Fields that `commonAnnotations` sets.", config.CommonAnnotations},
		{"VAR_REFERENCE", "Fields in which `$(VAR)` is replaced.", config.VarReference},
		{"IMAGES", "Fields that `images` changes.", config.Images},
		{"REPLICAS", "Fields that `replicas` sets.", config.Replicas},
	} {
		sort.Sort(table.specs)
		fmt.Fprintf(&out, "\n/// %s\npub static %s: &[FieldSpecConst] = &[\n", table.doc, table.name)
		writeFields(&out, table.specs)
		out.WriteString("];\n")
	}
	out.WriteString("\n/// Fields that follow the new name of an object, by the kind of that object.\npub static NAME_REFERENCE: &[NameReferenceConst] = &[\n")
	for _, reference := range config.NameReference {
		fmt.Fprintf(&out, "NameReferenceConst { group: %q, version: %q, kind: %q, fields: &[\n", reference.Group, reference.Version, reference.Kind)
		writeFields(&out, reference.Referrers)
		out.WriteString("] },\n")
	}
	out.WriteString("];\n")
	return out.Bytes()
}

func writeFields(out *bytes.Buffer, specs types.FsSlice) {
	for _, spec := range specs {
		fmt.Fprintf(out, "field(%q, %q, %q, %s, %t),\n", spec.Group, spec.Version, spec.Kind, rustString(spec.Path), spec.CreateIfNotPresent)
	}
}

func rustString(s string) string {
	return `"` + strings.ReplaceAll(s, `\`, `\\`) + `"`
}

// stringConstants evaluates the string constants of a Go package: literals, names and sums of both.
func stringConstants(folder string) map[string]string {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		log.Fatalf("no Go files in %s", folder)
	}
	expressions := map[string]ast.Expr{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
		if err != nil {
			log.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					expressions[name.Name] = value.Values[i]
				}
			}
		}
	}
	result := map[string]string{}
	for name, expression := range expressions {
		result[name] = evaluate(expression, expressions)
	}
	return result
}

func evaluate(expression ast.Expr, names map[string]ast.Expr) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		value, err := strconv.Unquote(e.Value)
		if err != nil {
			log.Fatal(err)
		}
		return value
	case *ast.Ident:
		return evaluate(names[e.Name], names)
	case *ast.BinaryExpr:
		return evaluate(e.X, names) + evaluate(e.Y, names)
	default:
		log.Fatalf("a constant is neither a string nor a sum of strings: %T", expression)
		return ""
	}
}
