package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

const (
	metricsPath   = "/metrics"       // where Prometheus looks unless told otherwise
	metricsTime   = 10 * time.Second // for a question, and again for its answer: a scraper gives up by then, too
	metricsHeader = 8 << 10          // bytes of a question: a scraper sends some hundred
	metricsAtOnce = 32               // connections, each for one question: two scrapers, somebody who looks, and some that hang
	metricsAgain  = time.Second      // until the next try where no connection could be taken
)

// serve answers whoever asks on the listener, until stop is called.
func (m *metrics) serve(ln net.Listener, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		room := make(chan struct{}, metricsAtOnce)
		for {
			c, err := ln.Accept()
			switch {
			case ctx.Err() != nil:
				if err == nil {
					c.Close()
				}
				return
			case errors.Is(err, net.ErrClosed):
				log.Error("figures for Prometheus are served no longer", "err", err)
				return
			case err != nil: // out of files, most likely, which others give back
				log.Error("figures for Prometheus could not be asked for", "err", err)
				select {
				case <-ctx.Done():
				case <-time.After(metricsAgain):
				}
				continue
			}
			select {
			case room <- struct{}{}:
				running.Go(func() {
					defer func() { <-room }()
					defer context.AfterFunc(ctx, func() { c.Close() })()
					m.answer(c)
				})
			default:
				c.Close()
			}
		}
	})
	return func() {
		cancel()
		ln.Close()
		running.Wait()
	}
}

// answer reads one question and answers it. That is as much of HTTP as Prometheus needs (RFC 9112): the library for all of
// it, with its second version, encryption and clients, was 1.8 MB of the program.
func (m *metrics) answer(c net.Conn) {
	defer c.Close()
	defer func() {
		if r := recover(); r != nil {
			m.server.Log.Error("panic in figures for Prometheus", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	_ = c.SetDeadline(time.Now().Add(metricsTime))
	method, status := question(io.LimitReader(c, metricsHeader))
	var body scrape
	kind := "text/plain; charset=utf-8"
	if status == httpOK {
		m.write(&body)
		kind = scrapeType
	} else {
		body.WriteString(status + "\n")
	}
	head := fmt.Sprintf("HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n", status, time.Now().UTC().Format(httpTime), kind, body.Len())
	if status == httpNotAllowed {
		head += "Allow: GET, HEAD\r\n"
	}
	if method == "HEAD" {
		body.Reset()
	}
	_ = c.SetDeadline(time.Now().Add(metricsTime))
	_, _ = io.WriteString(c, head+"\r\n"+body.String()) // whoever asked may have gone
}

// What a question is answered with.
const (
	httpOK         = "200 OK"
	httpBad        = "400 Bad Request"
	httpNotFound   = "404 Not Found"
	httpNotAllowed = "405 Method Not Allowed"

	httpTime = "Mon, 02 Jan 2006 15:04:05 GMT" // RFC 9110 §5.6.7
)

// question reads a question to the end of its header. What the header says changes nothing, and a body is not read.
func question(from io.Reader) (method, status string) {
	r := textproto.NewReader(bufio.NewReader(from))
	line, err := r.ReadLine()
	if err != nil {
		return "", httpBad
	}
	if _, err := r.ReadMIMEHeader(); err != nil {
		return "", httpBad
	}
	method, rest, _ := strings.Cut(line, " ")
	target, version, _ := strings.Cut(rest, " ")
	where, err := url.ParseRequestURI(target)
	switch {
	case err != nil || !strings.HasPrefix(version, "HTTP/1."):
		return "", httpBad
	case where.Path != metricsPath:
		return method, httpNotFound
	case method != "GET" && method != "HEAD":
		return method, httpNotAllowed
	}
	return method, httpOK
}
