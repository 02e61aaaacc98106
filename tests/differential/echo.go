// The same by Go's net/http.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
)

func latin1(bytes []byte) string {
	out := make([]rune, len(bytes))
	for i, b := range bytes {
		out[i] = rune(b)
	}
	return string(out)
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		// The head was taken, the body was not.
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	text, _ := json.Marshal(map[string]string{
		"method": latin1([]byte(r.Method)), "target": latin1([]byte(r.RequestURI)),
		"host": latin1([]byte(r.Host)), "body": latin1(body),
	})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.SetOutput(io.Discard)
	http.Serve(listener, http.HandlerFunc(echo))
}
