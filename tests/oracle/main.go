// The reference's YAML handling as a filter, for differential tests.
//
//	oracle MODE < list of "input\toutput" paths
//
// Modes: yaml (Resource.AsYAML), json (RNode.MarshalJSON), v3 (RNode.String), json11 (sigs.k8s.io/yaml.YAMLToJSON),
// resolve (one scalar a line of the input, its tag by both resolvers in the output). A failure is written as a line
// that starts with "ERROR ".
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
	sigs "sigs.k8s.io/yaml"
)

func convert(mode string, in []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	switch mode {
	case "json11":
		return sigs.YAMLToJSON(in)
	case "resolve":
		return resolve(in), nil
	}
	nodes, err := kio.FromBytes(in)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for i, n := range nodes {
		if i > 0 {
			b.WriteString("---\n")
		}
		one, err := write(mode, n)
		if err != nil {
			return nil, err
		}
		b.Write(one)
		if mode == "json" {
			b.WriteByte('\n')
		}
	}
	return b.Bytes(), nil
}

func write(mode string, n *yaml.RNode) ([]byte, error) {
	if mode == "v3" {
		s, err := n.String()
		return []byte(s), err
	}
	j, err := n.MarshalJSON()
	if err != nil || mode == "json" {
		return j, err
	}
	return sigs.JSONToYAML(j)
}

func resolve(in []byte) []byte {
	var b bytes.Buffer
	for _, line := range strings.Split(strings.TrimSuffix(string(in), "\n"), "\n") {
		var n yaml3.Node
		tag := "error"
		if err := yaml3.Unmarshal([]byte("- "+line), &n); err == nil && len(n.Content) == 1 && len(n.Content[0].Content) == 1 &&
			n.Content[0].Content[0].Kind == yaml3.ScalarNode && n.Content[0].Content[0].Value == line && n.Content[0].Content[0].Style == 0 {
			tag = n.Content[0].Content[0].Tag
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", line, tag, typed(line))
	}
	return b.Bytes()
}

func typed(line string) string {
	var v []interface{}
	if err := yaml2.Unmarshal([]byte("- "+line), &v); err != nil || len(v) != 1 {
		return "error"
	}
	j, err := json.Marshal(v[0])
	if err != nil {
		return fmt.Sprintf("%T", v[0])
	}
	return fmt.Sprintf("%T %s", v[0], j)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		from, to, _ := strings.Cut(lines.Text(), "\t")
		in, err := os.ReadFile(from)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out, err := convert(os.Args[1], in)
		if err != nil {
			out = []byte("ERROR " + strings.ReplaceAll(err.Error(), "\n", " ") + "\n")
		}
		if err := os.WriteFile(to, out, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
