package server

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"github.com/charmbracelet/colorprofile"
	gossh "golang.org/x/crypto/ssh"

	"tincan/store"
	"tincan/tui"
)

// serveKind in the environment of a test binary makes it a server under load instead: ours, the
// same screens on Bubble Tea's own renderer ("stock"), or SSH with a terminal and nothing in it ("bare").
const serveKind, servePeople, serveDir, serveProfiled = "CAPACITY_SERVES", "CAPACITY_PEOPLE", "CAPACITY_DIR", "CAPACITY_PROFILED"

func TestMain(m *testing.M) {
	if kind := os.Getenv(serveKind); kind != "" {
		if os.Getenv(serveProfiled) == "" {
			runtime.MemProfileRate = 0 // the linker does that to the program, as nothing in it asks for such a profile
		}
		people, _ := strconv.Atoi(os.Getenv(servePeople))
		if err := serveLoad(kind, people, os.Getenv(serveDir)); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crowdKey is the key of a person of the crowd; both processes can make it.
func crowdKey(i int) gossh.Signer {
	seed := sha256.Sum256([]byte("capacity " + strconv.Itoa(i)))
	s, err := gossh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err)
	}
	return s
}

func crowdHandle(i int) string { return "person" + strconv.Itoa(i) }

// serveLoad is a server under load. It prints its address, and then does what its standard input says, a line at a time.
func serveLoad(kind string, people int, dir string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var post func(n int) error
	served := make(chan error, 1)
	if kind == "bare" {
		b := &bareServer{}
		post = b.post
		go func() { served <- b.serve(ln) }()
	} else {
		st, err := store.Open(ctx, dir, store.Options{PostsPerMinute: 1 << 20})
		if err != nil {
			return err
		}
		defer st.Close()
		post, err = company(ctx, st, people)
		if err != nil {
			return err
		}
		if kind == "stock" {
			go func() { served <- stockServer(st).Serve(ln) }()
		} else {
			srv, err := New(Config{HostKey: crowdKey(-1), Address: "social.corp", Log: slog.New(slog.DiscardHandler), Limits: Limits{
				WaitingAddress: 1 << 20, WaitingAll: 1 << 20, SessionsPerson: 1 << 20,
			}}, st)
			if err != nil {
				return err
			}
			go func() { served <- srv.Serve(ctx, ln) }()
		}
	}
	runtime.GC()
	debug.FreeOSMemory()
	fmt.Println(ln.Addr())
	n := 0
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var err error
		what, file, _ := strings.Cut(in.Text(), " ")
		switch what {
		case "post":
			n++
			err = post(n)
		case "cpu":
			pprof.StopCPUProfile()
			var f *os.File
			if f, err = os.Create(file); err == nil {
				err = pprof.StartCPUProfile(f)
			}
		case "stop":
			pprof.StopCPUProfile()
		case "heap":
			var f *os.File
			runtime.GC()
			if f, err = os.Create(file); err == nil {
				err = pprof.WriteHeapProfile(f)
				f.Close()
			}
		case "memory":
			memory(kind)
		case "give":
			debug.FreeOSMemory()
		case "stacks":
			err = os.WriteFile(file, stacks(), 0o600)
		case "goroutines":
		}
		fmt.Println("done", runtime.NumGoroutine(), err)
	}
	stop()
	return nil
}

// memory prints what the process's memory is made of. Of what is resident, the program's own file is read in as it runs.
func memory(kind string) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, _ := os.ReadFile("/proc/self/status")
	resident := func(name string) (n int) {
		_, rest, _ := strings.Cut(string(text), name)
		fmt.Sscan(rest, &n)
		return n
	}
	fmt.Fprintf(os.Stderr, "%s: RSS %d KiB, of files %d, other %d: heap in use %d (alive or not yet swept %d), kept %d, stacks %d, the runtime's own %d\n",
		kind, resident("VmRSS:"), resident("RssFile:"), resident("RssAnon:"), m.HeapInuse>>10, m.HeapAlloc>>10, (m.HeapIdle-m.HeapReleased)>>10, m.StackInuse>>10,
		(m.MSpanSys+m.MCacheSys+m.GCSys+m.OtherSys+m.BuckHashSys)>>10)
}

func stacks() []byte {
	buf := make([]byte, 64<<20)
	return buf[:runtime.Stack(buf, true)]
}

// company fills a store: people, twelve channels that all are in, and thirty posts. post writes one more.
func company(ctx context.Context, st *store.Store, people int) (post func(n int) error, err error) {
	ids := make([]int64, people)
	var mu sync.Mutex
	var failed error
	each := func(n int, do func(i int) error) {
		var wg sync.WaitGroup
		next := make(chan int)
		for range 32 {
			wg.Go(func() {
				for i := range next {
					if err := do(i); err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
					}
				}
			})
		}
		for i := range n {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	each(people, func(i int) error {
		code, err := st.CreateInvite(ctx, store.Operator, store.Invite{Handle: crowdHandle(i), Name: fmt.Sprintf("Person %d", i), Department: "Finance"})
		if err != nil {
			return err
		}
		p, err := st.RedeemCode(ctx, code.Text, store.Credential{Key: newKey(crowdKey(i).PublicKey())})
		if err != nil {
			return err
		}
		ids[i] = p.ID
		return st.MarkWelcomed(ctx, p.ID)
	})
	if failed != nil {
		return nil, failed
	}
	everyone, err := st.Channel(ctx, ids[0], "everyone")
	if err != nil {
		return nil, err
	}
	channels := []store.Channel{everyone}
	for i := range 10 {
		c, err := st.CreateChannel(ctx, ids[0], store.NewChannel{Name: fmt.Sprintf("channel-%d", i)})
		if err != nil {
			return nil, err
		}
		channels = append(channels, c)
	}
	each(people*10, func(i int) error {
		if i/10 == 0 {
			return nil
		}
		return st.JoinChannel(ctx, ids[i/10], channels[1+i%10].ID)
	})
	if failed != nil {
		return nil, failed
	}
	write := func(i int) error {
		_, err := st.CreatePost(ctx, ids[i%people], store.NewPost{Place: store.Place{Channel: channels[i%len(channels)].ID}, Body: fmt.Sprintf("%d. %s", i, cast[i%len(cast)])})
		return err
	}
	for i := range 30 {
		if err := write(i); err != nil {
			return nil, err
		}
	}
	return func(n int) error { return write(n * len(channels)) }, nil // to everyone
}

// stockServer serves the same screens with Bubble Tea's own renderer and input, as Wish's middleware does.
func stockServer(st *store.Store) *ssh.Server {
	s := &ssh.Server{
		PublicKeyHandler: func(ssh.Context, ssh.PublicKey) bool { return true },
		PtyCallback:      func(ssh.Context, ssh.Pty) bool { return true },
		Handler: func(ss ssh.Session) {
			pty, _, _ := ss.Pty()
			me, err := st.PersonByHandle(ss.Context(), ss.User())
			if err != nil {
				return
			}
			ui := tui.New(ss.Context(), st, me, tui.Options{Host: "social.corp"})
			defer ui.Close(context.Background())
			env := []string{"TERM=" + pty.Term, "SSH_TTY=ssh"}
			_, _ = tea.NewProgram(ui, tea.WithContext(ss.Context()), tea.WithInput(ss), tea.WithOutput(ss), tea.WithEnvironment(env),
				tea.WithColorProfile(colorprofile.Env(env)), tea.WithWindowSize(pty.Window.Width, pty.Window.Height), tea.WithFPS(30), tea.WithoutSignalHandler()).Run()
		},
	}
	s.AddHostKey(crowdKey(-1))
	_ = s.SetOption(ssh.EmulatePty())
	return s
}

// bareServer has a terminal a session, echoes keys and writes a line for each post: what SSH itself costs.
type bareServer struct {
	mu       sync.Mutex
	sessions map[chan string]bool
}

func (b *bareServer) serve(ln net.Listener) error {
	b.sessions = map[chan string]bool{}
	s := &ssh.Server{
		PublicKeyHandler: func(ssh.Context, ssh.PublicKey) bool { return true },
		PtyCallback:      func(ssh.Context, ssh.Pty) bool { return true },
		Handler: func(ss ssh.Session) {
			ch := make(chan string, 16)
			b.mu.Lock()
			b.sessions[ch] = true
			b.mu.Unlock()
			defer func() {
				b.mu.Lock()
				defer b.mu.Unlock()
				delete(b.sessions, ch)
			}()
			io.WriteString(ss, strings.Repeat("x", 4<<10))
			go func() {
				for {
					select {
					case text := <-ch:
						io.WriteString(ss, text)
					case <-ss.Context().Done():
						return
					}
				}
			}()
			io.Copy(ss, ss)
		},
	}
	s.AddHostKey(crowdKey(-1))
	_ = s.SetOption(ssh.EmulatePty())
	return s.Serve(ln)
}

func (b *bareServer) post(n int) error {
	text := fmt.Sprintf("post %d%s", n, strings.Repeat(".", 200))
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.sessions {
		ch <- text
	}
	return nil
}
