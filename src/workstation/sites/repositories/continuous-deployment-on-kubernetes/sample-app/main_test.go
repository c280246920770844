package main

import "testing"

func TestOwnNamesTheVersion(t *testing.T) {
	if own().Version != version {
		t.Fatalf("version %q, want %q", own().Version, version)
	}
}
