// Package e2e runs the main rows of the guide's table with the real Go SDK, whose models are strict about JSON types,
// against a freshly started demo.
package e2e

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// demo is the server under test: its two listeners, and the authority that its certificate is from.
var demo struct {
	http, https string
	roots       *x509.CertPool
}

func TestMain(m *testing.M) {
	if os.Getenv(asSample) != "" {
		os.Exit(sample())
	}
	os.Exit(runAgainstDemo(m))
}

func runAgainstDemo(m *testing.M) int {
	home, err := os.MkdirTemp("", "jm-") // short: a Unix socket's path has 108 bytes
	if err != nil {
		return complain(err)
	}
	defer os.RemoveAll(home)
	forgetCaller(home)
	socket := filepath.Join(home, "j.sock")
	server := exec.Command(os.Getenv("JIANMEN"), "serve", "--demo", "--socket", socket,
		"--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0")
	// The kernel ends the server with the thread that started it: a test that hangs leaves nothing behind.
	runtime.LockOSThread()
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var log strings.Builder
	server.Stderr = &log
	out, err := server.StdoutPipe()
	if err != nil {
		return complain(err)
	}
	if err := server.Start(); err != nil {
		return complain(err)
	}
	defer func() {
		server.Process.Signal(syscall.SIGTERM)
		server.Wait()
	}()
	lines := bufio.NewScanner(out)
	for (demo.http == "" || demo.https == "") && lines.Scan() {
		if url := strings.TrimPrefix(lines.Text(), "ready "); strings.HasPrefix(url, "https:") {
			demo.https = url
		} else if strings.HasPrefix(url, "http:") {
			demo.http = url
		}
	}
	if demo.http == "" || demo.https == "" {
		server.Wait()
		return complain(fmt.Errorf("the server did not start: %s", log.String()))
	}
	go io.Copy(io.Discard, out)
	authority, err := exec.Command(os.Getenv("JIANMEN"), "admin", "ca", "--socket", socket).Output()
	if err != nil {
		return complain(err)
	}
	demo.roots = x509.NewCertPool()
	demo.roots.AppendCertsFromPEM(authority)
	return m.Run()
}

// forgetCaller keeps the caller's own set-up from the SDK and the server.
func forgetCaller(home string) {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "HUAWEICLOUD_") || strings.HasSuffix(strings.ToLower(name), "_proxy") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("HOME", home)
	os.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
	os.Setenv("XDG_RUNTIME_DIR", home)
}

func complain(err error) int {
	fmt.Println(err)
	return 1
}
