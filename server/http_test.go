package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// figuresFor has the figures of a server served, and dials whoever asks for them.
func figuresFor(t *testing.T) (r *rig, dial func() net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, func(c *Config) { c.Metrics = ln }), func() net.Conn {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// Each question has an answer that Go's client of HTTP understands, and the connection ends with it.
func TestQuestionsForFigures(t *testing.T) {
	_, dial := figuresFor(t)
	for _, x := range []struct {
		asked, method string
		status        int
	}{
		{"GET /metrics HTTP/1.1\r\nHost: here\r\nAccept: text/plain\r\n\r\n", "GET", 200},
		{"GET /metrics HTTP/1.0\r\n\r\n", "GET", 200},
		{"GET /metrics HTTP/1.1\nHost: here\n\n", "GET", 200},
		{"GET /metrics?name=go_info HTTP/1.1\r\nHost: here\r\n\r\n", "GET", 200},
		{"GET http://here:9222/metrics HTTP/1.1\r\nHost: here:9222\r\n\r\n", "GET", 200},
		{"HEAD /metrics HTTP/1.1\r\nHost: here\r\n\r\n", "HEAD", 200},
		{"POST /metrics HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n", "POST", 405},
		{"GET / HTTP/1.1\r\nHost: here\r\n\r\n", "GET", 404},
		{"GET /metrics/ HTTP/1.1\r\nHost: here\r\n\r\n", "GET", 404},
		{"DELETE /somewhere HTTP/1.1\r\nHost: here\r\n\r\n", "DELETE", 404},
		{"GET /metrics\r\n\r\n", "GET", 400},
		{"GET metrics HTTP/1.1\r\nHost: here\r\n\r\n", "GET", 400},
		{"GET /metrics HTTP/2.0\r\nHost: here\r\n\r\n", "GET", 400},
		{"GET /metrics HTTP/1.1\r\nno header\r\n\r\n", "GET", 400},
		{"SSH-2.0-OpenSSH_9.9\r\n\r\n", "GET", 400},
		{"\r\n\r\n", "GET", 400},
		{"GET /metrics HTTP/1.1\r\nA: " + strings.Repeat("a", metricsHeader-len("GET /metrics HTTP/1.1\r\nA: ")), "GET", 400}, // no end
	} {
		c := dial()
		if _, err := io.WriteString(c, x.asked); err != nil {
			t.Fatal(err)
		}
		from := bufio.NewReader(c)
		answer, err := http.ReadResponse(from, &http.Request{Method: x.method})
		if err != nil {
			t.Errorf("%.40q: %v", x.asked, err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Errorf("%.40q: %v", x.asked, err)
		}
		if answer.StatusCode != x.status || !answer.Close || answer.ContentLength <= 0 || (len(body) == 0) != (x.method == "HEAD") {
			t.Errorf("%.40q: %s, close %v, of %d bytes %d are there", x.asked, answer.Status, answer.Close, answer.ContentLength, len(body))
		}
		if (answer.Header.Get("Allow") != "") != (x.status == 405) {
			t.Errorf("%.40q: allowed is %q", x.asked, answer.Header.Get("Allow"))
		}
		if _, err := http.ParseTime(answer.Header.Get("Date")); err != nil {
			t.Errorf("%.40q: %v", x.asked, err)
		}
		if _, err := from.ReadByte(); err != io.EOF {
			t.Errorf("%.40q: after the answer there is %v", x.asked, err)
		}
	}
}

// Who connects and says nothing keeps nobody from asking as long as they are few, and then is not waited for.
func TestSilenceKeepsNobodyFromFigures(t *testing.T) {
	r, dial := figuresFor(t)
	silent := make([]net.Conn, metricsAtOnce-1)
	for i := range silent {
		silent[i] = dial()
	}
	ask := func() string {
		c := dial()
		fmt.Fprint(c, "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
		text, _ := io.ReadAll(c) // a connection that was not taken may be reset
		return string(text)
	}
	if text := ask(); !strings.Contains(text, "tincan_sessions 0\n") {
		t.Errorf("with %d silent connections somebody who asks gets %q", len(silent), text)
	}
	if !poll(func() bool { // the one before may have its place still
		c := dial()
		silent = append(silent, c)
		return ask() == ""
	}) {
		t.Error("there is no end of connections")
	}
	for _, c := range silent {
		c.Close()
	}
	if !poll(func() bool { return strings.Contains(ask(), "tincan_sessions 0\n") }) {
		t.Error("when they have gone, nobody is answered")
	}
	last := dial()
	r.halt()
	if n, err := last.Read(make([]byte, 1)); n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the server has stopped and still listens to whoever says nothing")
	}
}
