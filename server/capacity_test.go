package server

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

var (
	capacitySessions = flag.Int("sessions", 100, "how many sessions the capacity benchmark opens")
	capacityKinds    = flag.String("kinds", "bare,stock,ours", "what it measures, or the address of another SSH program and its process id: host:port/pid")
	capacitySize     = flag.String("size", "120x40", "the size of each window, or several, to measure each kind with every one: 80x24,200x60")
	capacityStorm    = flag.Duration("storm", 10*time.Second, "how long twenty posts a second reach at most 500 sessions")
	capacityLong     = flag.Duration("long", 0, "how long posts go on with all sessions there, printed by the minute")
	capacityRate     = flag.Int("rate", 20, "how many posts a second go on then")
	capacityRounds   = flag.Int("rounds", 0, "how often all of them come and leave before they stay")
	capacityProfiles = flag.String("profiles", "", "a folder for profiles of our connects, our updates, each minute of the long run and our heap")
)

const (
	updates      = 50                     // posts that everyone sees, one after the other
	typists      = 20                     // sessions that type
	strokes      = 20                     // keys of each
	postLetters  = 100                    // that somebody types before they begin anew
	stormScreens = 500                    // sessions in a storm of posts, at most
	stormPosts   = 20                     // a second
	quietFor     = 300 * time.Millisecond // no byte for so long: everything has been drawn
	restFor      = 10 * time.Second
	marker       = "þ" // a letter that no screen has
)

// under is a server under load: another process.
type under struct {
	kind string
	pid  int
	addr string
	in   io.WriteCloser
	out  *bufio.Scanner
	cmd  *exec.Cmd
}

// serving starts a server of a kind, or finds the one that runs already.
func serving(b *testing.B, kind string, people int) *under {
	if addr, pid, ok := strings.Cut(kind, "/"); ok {
		n, err := strconv.Atoi(pid)
		if err != nil {
			b.Fatal(err)
		}
		return &under{kind: addr, pid: n, addr: addr}
	}
	u := &under{kind: kind, cmd: exec.Command(os.Args[0])}
	u.cmd.Env = append(os.Environ(), serveKind+"="+kind, servePeople+"="+strconv.Itoa(people), serveDir+"="+b.TempDir())
	if *capacityProfiles != "" {
		u.cmd.Env = append(u.cmd.Env, serveProfiled+"=1")
	}
	u.cmd.Stderr = os.Stderr
	var err error
	if u.in, err = u.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := u.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := u.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	u.out = bufio.NewScanner(out)
	u.pid = u.cmd.Process.Pid
	if u.out.Scan(); strings.HasPrefix(u.out.Text(), "error") || u.out.Text() == "" {
		b.Fatalf("%s: %s", kind, u.out.Text())
	}
	u.addr = u.out.Text()
	return u
}

// tell has the server do something, and returns how many goroutines it has then.
func (u *under) tell(b *testing.B, what string) int {
	if u.cmd == nil {
		return 0
	}
	fmt.Fprintln(u.in, what)
	u.out.Scan()
	var n int
	var err string
	if fmt.Sscan(strings.TrimPrefix(u.out.Text(), "done"), &n, &err); err != "<nil>" {
		b.Fatalf("%s: %s", what, u.out.Text())
	}
	return n
}

// emptied waits, no longer than that, until all sessions have ended.
func (u *under) emptied(b *testing.B, idle int, most time.Duration) {
	for deadline := time.Now().Add(most); u.tell(b, "goroutines") > idle && time.Now().Before(deadline); {
		time.Sleep(100 * time.Millisecond)
	}
}

func (u *under) end() {
	if u.cmd != nil {
		u.in.Close()
		u.cmd.Process.Kill()
		u.cmd.Wait()
	}
}

// rss is the memory of the process that is in use, in KiB.
func (u *under) rss() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", u.pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	var n int
	fmt.Sscan(rest, &n)
	return n
}

// cpu is the time that the process has used.
func (u *under) cpu() time.Duration {
	var sum time.Duration
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", u.pid))
	for _, t := range tasks {
		text, _ := os.ReadFile(t)
		var ns int64
		fmt.Sscan(string(text), &ns)
		sum += time.Duration(ns)
	}
	return sum
}

// screen is one client with a window open.
type screen struct {
	client *gossh.Client
	keys   io.WriteCloser
	bytes  atomic.Int64
	at     atomic.Int64 // when the last of them came, in nanoseconds
	marked atomic.Int64 // when the last marker came
	lasts  []byte       // the end of what was read, where a marker may have begun
	typed  int          // letters
}

func (s *screen) Write(p []byte) (int, error) {
	now := time.Now().UnixNano()
	s.bytes.Add(int64(len(p)))
	s.at.Store(now)
	if bytes.Contains(p, []byte(marker)) || len(s.lasts) > 0 && bytes.Contains(append(s.lasts, p...), []byte(marker)) {
		s.marked.Store(now)
	}
	s.lasts = append(s.lasts[:0], p[max(0, len(p)-1):]...)
	return len(p), nil
}

// connect opens one window.
func connect(u *under, i, people, columns, rows int) (*screen, error) {
	c, err := gossh.Dial("tcp", u.addr, &gossh.ClientConfig{
		User: crowdHandle(i % people), Auth: []gossh.AuthMethod{gossh.PublicKeys(crowdKey(i % people))}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		return nil, err
	}
	s := &screen{client: c}
	ss, err := c.NewSession()
	if err != nil {
		return nil, err
	}
	ss.Stdout = s
	if s.keys, err = ss.StdinPipe(); err != nil {
		return nil, err
	}
	if err := ss.RequestPty("xterm-256color", rows, columns, gossh.TerminalModes{}); err != nil {
		return nil, err
	}
	return s, ss.Shell()
}

// crew is all the clients.
type crew []*screen

func (c crew) bytes() (n int64) {
	for _, s := range c {
		n += s.bytes.Load()
	}
	return n
}

// last is when the last byte came to any of them.
func (c crew) last() (at time.Time) {
	var ns int64
	for _, s := range c {
		ns = max(ns, s.at.Load())
	}
	return time.Unix(0, ns)
}

// quiet waits until nothing has come for quietFor, and returns when the last byte came.
func (c crew) quiet() time.Time {
	for {
		last := c.last()
		if wait := quietFor - time.Since(last); wait > 0 {
			time.Sleep(wait)
			continue
		}
		return last
	}
}

// answered waits for what comes of something that began then, and returns when the last byte of it came.
func (c crew) answered(began time.Time) time.Time {
	for deadline := began.Add(soon); c.last().Before(began) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	return c.quiet()
}

// hire opens windows.
func hire(b *testing.B, u *under, n, people, columns, rows int) crew {
	c := make(crew, n)
	var wg sync.WaitGroup
	next := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range next {
				s, err := connect(u, i, people, columns, rows)
				if err != nil {
					b.Errorf("%d: %v", i, err)
					s = &screen{}
				}
				c[i] = s
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	c.quiet()
	return c
}

// figures are what is measured of one kind, by name and in order.
type figures struct {
	kind   string
	names  []string
	values map[string]float64
}

func (f *figures) add(name string, v float64) {
	f.names = append(f.names, name)
	f.values[name] = v
	fmt.Printf("%s: %s %.1f\n", f.kind, name, v)
}

func percentile(all []time.Duration, p float64) float64 {
	slices.Sort(all)
	if len(all) == 0 {
		return math.NaN()
	}
	return float64(all[min(len(all)-1, int(float64(len(all))*p))].Microseconds()) / 1000
}

// typing types letters one by one, and returns how long each took to appear.
func (s *screen) typing(n int) (took []time.Duration) {
	for range n {
		if s.typed++; s.typed%postLetters == 0 {
			io.WriteString(s.keys, "\x15") // takes away all that was written
			time.Sleep(25 * time.Millisecond)
		}
		before := time.Now()
		io.WriteString(s.keys, marker)
		for deadline := before.Add(soon); s.marked.Load() < before.UnixNano() && time.Now().Before(deadline); {
			time.Sleep(20 * time.Microsecond)
		}
		took = append(took, time.Unix(0, max(s.marked.Load(), before.UnixNano())).Sub(before))
		time.Sleep(25 * time.Millisecond) // as somebody who types quickly
	}
	return took
}

// measure measures one server.
func measure(b *testing.B, kind string, sessions, columns, rows int) *figures {
	f := &figures{kind: kind, values: map[string]float64{}}
	people := max(1, min(sessions, max(100, sessions/10)))
	u := serving(b, kind, people)
	defer u.end()
	n := float64(sessions)
	idle := u.tell(b, "goroutines")
	profiled := kind == "ours" && *capacityProfiles != ""
	profile := func(name string) {
		if profiled {
			u.tell(b, "cpu "+filepath.Join(*capacityProfiles, name))
		}
	}
	profile("connects.pprof")
	start := u.rss()
	u.tell(b, "memory")
	for range *capacityRounds {
		cpu := u.cpu()
		c := hire(b, u, sessions, people, columns, rows)
		came := (u.cpu() - cpu).Seconds() * 1000 / n
		for _, s := range c {
			s.client.Close()
		}
		u.emptied(b, idle, soon)
		fmt.Printf("%s: a round of connects, ms of CPU %.2f, with leaving %.2f\n", kind, came, (u.cpu()-cpu).Seconds()*1000/n)
	}
	cpu := u.cpu()
	c := hire(b, u, sessions, people, columns, rows)
	f.add("connect to first screen, ms of CPU", (u.cpu()-cpu).Seconds()*1000/n)
	f.add("first screen, bytes", float64(c.bytes())/n)
	f.add("RSS at the start, MiB", float64(start)/1024)
	f.add("RSS a session idle, KiB", float64(u.rss()-start)/n)
	if profiled {
		u.tell(b, "stop")
		u.tell(b, "heap "+filepath.Join(*capacityProfiles, "idle.pprof"))
	}

	u.tell(b, "memory")

	cpu, sent := u.cpu(), c.bytes()
	time.Sleep(restFor)
	f.add("idle, % of a core", (u.cpu()-cpu).Seconds()/restFor.Seconds()*100)
	f.add("idle, bytes", float64(c.bytes()-sent))

	profile("updates.pprof")
	if u.cmd != nil {
		var took []time.Duration
		cpu, sent = u.cpu(), c.bytes()
		for range updates {
			began := time.Now()
			u.tell(b, "post")
			took = append(took, c.answered(began).Sub(began))
		}
		f.add("post to the last screen, ms", percentile(took, 0.5))
		f.add("CPU an update, µs", (u.cpu()-cpu).Seconds()*1e6/n/updates)
		f.add("bytes an update", float64(c.bytes()-sent)/n/updates)
		f.add("RSS a session after updates, KiB", float64(u.rss()-start)/n)
	}
	if profiled {
		u.tell(b, "stop")
		u.tell(b, "heap "+filepath.Join(*capacityProfiles, "heap.pprof"))
		u.tell(b, "stacks "+filepath.Join(*capacityProfiles, "stacks.txt"))
	}

	var took []time.Duration
	var keyBytes int64
	for _, s := range c[:min(len(c), typists)] {
		began := time.Now()
		io.WriteString(s.keys, "n")
		crew{s}.answered(began)
		sent := s.bytes.Load()
		took = append(took, s.typing(strokes)...)
		crew{s}.quiet()
		keyBytes += s.bytes.Load() - sent
	}
	f.add("key to paint p50, ms", percentile(took, 0.5))
	f.add("key to paint p99, ms", percentile(took, 0.99))
	f.add("bytes a key", float64(keyBytes)/float64(len(took)))

	if *capacityLong > 0 && u.cmd != nil {
		endure(b, u, c, profile)
	}
	if u.cmd != nil && *capacityStorm > 0 {
		for _, s := range c[min(len(c), stormScreens):] {
			s.client.Close()
		}
		storm(b, u, c[:min(len(c), stormScreens)], f)
	}
	if kind == "ours" {
		giveBack(b, u, c, f)
	}
	for _, s := range c {
		s.client.Close()
	}
	if u.cmd != nil {
		deadline := time.Now().Add(3 * soon)
		u.emptied(b, idle, 3*soon)
		f.add("goroutines left over", float64(u.tell(b, "goroutines")-idle))
		for float64(u.rss()) > 1.1*float64(start) && time.Now().Before(deadline) {
			time.Sleep(100 * time.Millisecond)
		}
		f.add("RSS when all have left, % of the start", 100*float64(u.rss())/float64(start))
		u.tell(b, "give") // as ours does by itself: what is left then is what Go cannot give back
		u.tell(b, "memory")
		f.add("the same with memory given back, %", 100*float64(u.rss())/float64(start))
		if profiled {
			u.tell(b, "heap "+filepath.Join(*capacityProfiles, "left.pprof"))
		}
		first := u.rss()
		for _, s := range hire(b, u, sessions, people, columns, rows) {
			s.client.Close()
		}
		u.emptied(b, idle, 3*soon)
		u.tell(b, "give")
		f.add("the same when a second crowd has left, % of the first", 100*float64(u.rss())/float64(first))
	}
	return f
}

// storm types while posts come in quickly.
func storm(b *testing.B, u *under, c crew, f *figures) {
	done := make(chan bool)
	cpu := u.cpu()
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second / stormPosts)
		defer tick.Stop()
		for range int(capacityStorm.Seconds() * stormPosts) {
			<-tick.C
			u.tell(b, "post")
		}
	}()
	var took []time.Duration
	for i := 0; ; i++ {
		select {
		case <-done:
			f.add("key to paint in a storm p50, ms", percentile(took, 0.5))
			f.add("key to paint in a storm p99, ms", percentile(took, 0.99))
			f.add("CPU in a storm, % of a core", (u.cpu()-cpu).Seconds()/capacityStorm.Seconds()*100)
			c.quiet()
			return
		default:
			took = append(took, c[i%min(len(c), typists)].typing(1)...)
		}
	}
}

// giveBack types while the server gives memory back, as it does when most of a crowd has left.
func giveBack(b *testing.B, u *under, c crew, f *figures) {
	cpu, began := u.cpu(), time.Now()
	var gave time.Duration
	done := make(chan bool)
	go func() {
		defer close(done)
		u.tell(b, "give")
		gave = time.Since(began)
	}()
	took := c[0].typing(strokes)
	<-done
	f.add("giving memory back while all are here, ms", float64(gave.Microseconds())/1000)
	f.add("the same with keys typed meanwhile, ms of CPU", (u.cpu()-cpu).Seconds()*1000)
	f.add("the slowest of those keys, ms", percentile(took, 1))
}

// endure goes on with so many posts a second, and prints figures by the minute.
func endure(b *testing.B, u *under, c crew, profile func(string)) {
	var took []time.Duration
	second := time.NewTicker(time.Second / time.Duration(*capacityRate))
	defer second.Stop()
	for left, n := *capacityLong, 1; left > 0; left, n = left-time.Minute, n+1 {
		profile(fmt.Sprintf("minute%d.pprof", n))
		done := make(chan bool)
		go func() {
			defer close(done)
			for range int(min(left, time.Minute).Seconds()) * *capacityRate {
				<-second.C
				u.tell(b, "post")
			}
		}()
		began, cpu := time.Now(), u.cpu()
		for i, going := 0, true; going; i++ {
			select {
			case <-done:
				going = false
			default:
				took = append(took, c[i%min(len(c), typists)].typing(1)...)
			}
		}
		fmt.Printf("%s: RSS %d MiB, %d goroutines, CPU %.1f %%, key to paint p50 %.1f ms, p99 %.1f ms\n", u.kind, u.rss()/1024, u.tell(b, "goroutines"),
			(u.cpu()-cpu).Seconds()/time.Since(began).Seconds()*100, percentile(took, 0.5), percentile(took, 0.99))
		took = nil
	}
}

// BenchmarkCapacity measures what serving many screens takes, ours beside SSH alone and beside the same screens on
// Bubble Tea's own renderer. With -args -sessions 1000 it says what the README says.
func BenchmarkCapacity(b *testing.B) {
	var all []*figures
	for size := range strings.SplitSeq(*capacitySize, ",") {
		var columns, rows int
		if _, err := fmt.Sscanf(size, "%dx%d", &columns, &rows); err != nil {
			b.Fatal(err)
		}
		for kind := range strings.SplitSeq(*capacityKinds, ",") {
			f := measure(b, kind, *capacitySessions, columns, rows)
			f.kind += " " + size
			all = append(all, f)
		}
	}
	fmt.Printf("\n| %d sessions |", *capacitySessions)
	for _, f := range all {
		fmt.Printf(" %s |", f.kind)
	}
	fmt.Printf("\n|---|%s\n", strings.Repeat("---|", len(all)))
	for _, name := range all[len(all)-1].names {
		row := []string{name}
		for _, f := range all {
			v, ok := f.values[name]
			if ok {
				row = append(row, strconv.FormatFloat(v, 'f', 1, 64))
			} else {
				row = append(row, "")
			}
		}
		fmt.Printf("| %s |\n", strings.Join(row, " | "))
	}
}
