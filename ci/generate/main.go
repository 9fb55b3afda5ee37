// Command generate writes the fact tables of src/k8s from the kustomize modules: which lists merge by which
// key, which kinds live in a namespace, and the default transformer configuration.
//
// Run it from this directory: `go run . -out ../../src/k8s`. The versions in go.mod decide what is read; the
// same versions give the same bytes. No text of the source (descriptions, code) is copied, only facts.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	out := flag.String("out", "../../src/k8s", "the folder that receives the generated modules")
	flag.Parse()

	write(filepath.Join(*out, "openapi", "table.rs"), openAPITable())
	write(filepath.Join(*out, "fieldspecs_default", "table.rs"), fieldSpecTables())
}

// moduleDir asks the go command for the folder of a module that go.mod requires.
func moduleDir(path string) string {
	list := exec.Command("go", "list", "-m", "-json", path)
	list.Stderr = os.Stderr
	data, err := list.Output()
	if err != nil {
		log.Fatalf("go list %s: %v", path, err)
	}
	var module struct{ Path, Version, Dir string }
	if err := json.Unmarshal(data, &module); err != nil {
		log.Fatalf("go list %s: %v", path, err)
	}
	if module.Dir != "" {
		return module.Dir
	}
	download := exec.Command("go", "mod", "download", "-json", module.Path+"@"+module.Version)
	download.Stderr = os.Stderr
	if data, err = download.Output(); err != nil {
		log.Fatalf("go mod download %s: %v", path, err)
	}
	if err := json.Unmarshal(data, &module); err != nil {
		log.Fatalf("go mod download %s: %v", path, err)
	}
	return module.Dir
}

// write stores the module after rustfmt has seen it, so that the file in the repository is the output as is.
func write(path string, source []byte) {
	format := exec.Command("rustfmt", "--edition", "2024", "--emit", "stdout", "--config-path", "../..")
	format.Stdin = bytes.NewReader(source)
	format.Stderr = os.Stderr
	formatted, err := format.Output()
	if err != nil {
		log.Fatalf("rustfmt %s: %v", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(path, formatted, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d bytes of source\n", path, len(formatted))
}
