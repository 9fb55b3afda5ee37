//go:build tools

// Package tools names the program that stands in for nodes.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
