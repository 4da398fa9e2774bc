package store

import (
	"sync"
	"time"
)

const (
	// DefaultPostsPerMinute is how often a person may write in a minute: more than anyone
	// types with care, few enough that nobody floods the others.
	DefaultPostsPerMinute = 20
	// DefaultBotPostsPerMinute is the same for a bot, which reports for many.
	DefaultBotPostsPerMinute = 60

	limitWindow = time.Minute
	limitPeople = 4096 // how many people's last acts are kept before idle ones are forgotten
)

// limiter remembers when each person wrote in the last minute. It lives in memory: after a
// restart everyone starts with a clean slate, which costs nothing.
type limiter struct {
	person, bot int
	mu          sync.Mutex
	acts        map[int64][]time.Time
}

func (l *limiter) init(o Options) {
	l.person, l.bot = o.PostsPerMinute, o.BotPostsPerMinute
	if l.person == 0 {
		l.person = DefaultPostsPerMinute
	}
	if l.bot == 0 {
		l.bot = DefaultBotPostsPerMinute
	}
	l.acts = map[int64][]time.Time{}
}

// check returns ErrLimited if p has used up the minute before now.
func (l *limiter) check(p Person, now time.Time) error {
	most := l.person
	if p.Bot {
		most = l.bot
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.recent(p.ID, now)
	if len(recent) < most {
		return nil
	}
	wait := recent[len(recent)-most].Add(limitWindow).Sub(now)
	seconds := int((wait + time.Second - 1) / time.Second)
	return refuse(ErrLimited, "You have written %d times in a minute; wait %s.", most, Count(seconds, "second", "seconds"))
}

// count notes that person wrote at now.
func (l *limiter) count(person int64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.acts) >= limitPeople {
		for id := range l.acts {
			l.recent(id, now)
		}
	}
	l.acts[person] = append(l.recent(person, now), now)
}

// recent drops what is older than the window. A clock that went back keeps nothing from its future.
func (l *limiter) recent(person int64, now time.Time) []time.Time {
	acts := l.acts[person]
	if n := len(acts); n > 0 && now.Sub(acts[0]) < limitWindow && !acts[n-1].After(now) {
		return acts // they stand in order: none is too old
	}
	kept := acts[:0]
	for _, t := range acts {
		if age := now.Sub(t); age >= 0 && age < limitWindow {
			kept = append(kept, t)
		}
	}
	if len(kept) == 0 {
		delete(l.acts, person)
		return nil
	}
	l.acts[person] = kept
	return kept
}
