package server

import "github.com/prometheus/procfs"

// process writes what the system knows of this process: what Linux tells in /proc.
func (s *scrape) process() {
	p, err := procfs.Self()
	if err != nil {
		return
	}
	if stat, err := p.Stat(); err == nil {
		s.figure("process_cpu_seconds_total", counter, "Time of processors that was taken.", stat.CPUTime())
		s.figure("process_resident_memory_bytes", gauge, "Memory that is taken.", float64(stat.ResidentMemory()))
		s.figure("process_virtual_memory_bytes", gauge, "Addresses that are taken.", float64(stat.VirtualMemory()))
		if began, err := stat.StartTime(); err == nil {
			s.figure("process_start_time_seconds", gauge, "When it began, in seconds since 1970.", began)
		}
	}
	if limits, err := p.Limits(); err == nil {
		s.figure("process_max_fds", gauge, "Files and connections that may be open.", float64(limits.OpenFiles))
		s.figure("process_virtual_memory_max_bytes", gauge, "Addresses that may be taken.", float64(limits.AddressSpace))
	}
	if open, err := p.FileDescriptorsLen(); err == nil {
		s.figure("process_open_fds", gauge, "Files and connections that are open.", float64(open))
	}
	if net, err := p.Netstat(); err == nil && net.InOctets != nil && net.OutOctets != nil {
		s.figure("process_network_receive_bytes_total", counter, "Bytes that came in by the network, of this machine or container.", *net.InOctets)
		s.figure("process_network_transmit_bytes_total", counter, "Bytes that went out by the network, of this machine or container.", *net.OutOctets)
	}
}
