//go:build tools

// Package tools names the Vault that the tests of secrets run.
package tools

import _ "github.com/hashicorp/vault"
