package server

import (
	"fmt"
	"runtime"
	"runtime/debug"
	known "runtime/metrics"
	"time"
)

// runtimeFigures are what Go knows of this process, each the sum of figures of runtime/metrics. They have the names that
// Prometheus' library for Go gives them, so that what is drawn of other programs in Go is drawn of this one too.
var runtimeFigures = [...]struct {
	name, kind, help string
	sum              []string
}{
	{"go_gc_gogc_percent", gauge, "How much more memory than is in use may be filled before garbage is collected, in percent.", []string{"/gc/gogc:percent"}},
	{"go_gc_gomemlimit_bytes", gauge, "The memory that Go tries to stay below.", []string{"/gc/gomemlimit:bytes"}},
	{"go_goroutines", gauge, "Goroutines that there are.", []string{"/sched/goroutines:goroutines"}},
	{"go_memstats_alloc_bytes", gauge, "Objects in the heap.", []string{"/memory/classes/heap/objects:bytes"}},
	{"go_memstats_alloc_bytes_total", counter, "Objects that were ever in the heap.", []string{"/gc/heap/allocs:bytes"}},
	{"go_memstats_buck_hash_sys_bytes", gauge, "Memory for what a profile is made of.", []string{"/memory/classes/profiling/buckets:bytes"}},
	{"go_memstats_frees_total", counter, "Objects that were freed.", []string{"/gc/heap/frees:objects", "/gc/heap/tiny/allocs:objects"}},
	{"go_memstats_gc_sys_bytes", gauge, "Memory for the collector of garbage.", []string{"/memory/classes/metadata/other:bytes"}},
	{"go_memstats_heap_alloc_bytes", gauge, "Objects in the heap.", []string{"/memory/classes/heap/objects:bytes"}},
	{"go_memstats_heap_idle_bytes", gauge, "Heap without an object.", []string{"/memory/classes/heap/released:bytes", "/memory/classes/heap/free:bytes"}},
	{"go_memstats_heap_inuse_bytes", gauge, "Heap with objects, and what lies free between them.", []string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes"}},
	{"go_memstats_heap_objects", gauge, "Objects in the heap, by number.", []string{"/gc/heap/objects:objects"}},
	{"go_memstats_heap_released_bytes", gauge, "Heap that was given back to the system.", []string{"/memory/classes/heap/released:bytes"}},
	{"go_memstats_heap_sys_bytes", gauge, "Heap that was taken from the system.", []string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes", "/memory/classes/heap/released:bytes", "/memory/classes/heap/free:bytes"}},
	{"go_memstats_mallocs_total", counter, "Objects that were made.", []string{"/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects"}},
	{"go_memstats_mcache_inuse_bytes", gauge, "Memory for the caches of processors, in use.", []string{"/memory/classes/metadata/mcache/inuse:bytes"}},
	{"go_memstats_mcache_sys_bytes", gauge, "Memory for the caches of processors.", []string{"/memory/classes/metadata/mcache/inuse:bytes", "/memory/classes/metadata/mcache/free:bytes"}},
	{"go_memstats_mspan_inuse_bytes", gauge, "Memory for what is known of the pieces of the heap, in use.", []string{"/memory/classes/metadata/mspan/inuse:bytes"}},
	{"go_memstats_mspan_sys_bytes", gauge, "Memory for what is known of the pieces of the heap.", []string{"/memory/classes/metadata/mspan/inuse:bytes", "/memory/classes/metadata/mspan/free:bytes"}},
	{"go_memstats_next_gc_bytes", gauge, "The heap at which garbage is collected next.", []string{"/gc/heap/goal:bytes"}},
	{"go_memstats_other_sys_bytes", gauge, "Memory for all else.", []string{"/memory/classes/other:bytes"}},
	{"go_memstats_stack_inuse_bytes", gauge, "Stacks of goroutines.", []string{"/memory/classes/heap/stacks:bytes"}},
	{"go_memstats_stack_sys_bytes", gauge, "Stacks of goroutines and of threads.", []string{"/memory/classes/heap/stacks:bytes", "/memory/classes/os-stacks:bytes"}},
	{"go_memstats_sys_bytes", gauge, "Memory that was taken from the system.", []string{"/memory/classes/total:bytes"}},
	{"go_sched_gomaxprocs_threads", gauge, "Threads that may run goroutines at once.", []string{"/sched/gomaxprocs:threads"}},
}

// runtime writes what Go knows of this process.
func (s *scrape) runtime() {
	collected := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)} // the least, the quarters and the most
	debug.ReadGCStats(&collected)
	const pauses = "go_gc_duration_seconds"
	s.about(pauses, "summary", "How long everything stood still while garbage was collected.")
	for i, took := range collected.PauseQuantiles {
		s.value(fmt.Sprintf(`%s{quantile="%g"}`, pauses, float64(i)/4), took.Seconds())
	}
	s.value(pauses+"_sum", collected.PauseTotal.Seconds())
	s.value(pauses+"_count", float64(collected.NumGC))
	s.figure("go_memstats_last_gc_time_seconds", gauge, "When garbage was collected last, in seconds since 1970.", float64(collected.LastGC.UnixNano())/1e9)

	const version = "go_info"
	s.about(version, gauge, "The version of Go.")
	s.value(fmt.Sprintf("%s{version=%q}", version, runtime.Version()), 1)
	threads, _ := runtime.ThreadCreateProfile(nil)
	s.figure("go_threads", gauge, "Threads that were made.", float64(threads))

	for _, f := range runtimeFigures {
		parts := make([]known.Sample, len(f.sum))
		for i, name := range f.sum {
			parts[i].Name = name
		}
		known.Read(parts)
		sum := uint64(0)
		for _, p := range parts {
			sum += p.Value.Uint64()
		}
		s.figure(f.name, f.kind, f.help, float64(sum))
	}
}
