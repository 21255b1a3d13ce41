/**
 * The process, by the names that prom-client gives such figures. Its own collection of them lists every open socket, which holds the event loop up for 44 ms a scrape
 * at 10,000; and its event-loop figures are those since somebody last asked, so that two who ask would take them from each other.
 */
import { Counter, Gauge, type Registry } from 'prom-client';

export const watchProcess = (registers: Registry[], version: string): void => {
  new Gauge({
    name: 'stop_press_build_info', help: 'Always 1; the labels say which program runs.', labelNames: ['version', 'node'], registers, aggregator: 'first',
  }).set({ version, node: process.versions.node }, 1);

  gauge(registers, 'process_start_time_seconds', 'When the process started, in seconds since 1970.', 'min', () => Math.round(performance.timeOrigin / 1_000));
  gauge(registers, 'process_resident_memory_bytes', 'Memory that the process holds.', 'sum', () => process.memoryUsage.rss());
  gauge(registers, 'nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', 'sum', () => process.memoryUsage().heapUsed);
  gauge(registers, 'nodejs_external_memory_bytes', 'Memory of buffers and of what else lies outside the heap.', 'sum', () => process.memoryUsage().external);

  total(registers, 'process_cpu_seconds_total', 'CPU time of the process, of all its threads.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  total(registers, 'event_loop_busy_seconds_total', 'Time in which the event loop did not wait for something to happen.', () => performance.eventLoopUtilization().active / 1_000);
};

const gauge = (registers: Registry[], name: string, help: string, aggregator: 'min' | 'sum', read: () => number): void =>
  void new Gauge({ name: `stop_press_${name}`, help, registers, aggregator, collect() { this.set(read()); } });

/** A counter that somebody else keeps. */
const total = (registers: Registry[], name: string, help: string, read: () => number): void =>
  void new Counter({
    name: `stop_press_${name}`, help, registers,
    collect() {
      this.reset();
      this.inc(read());
    },
  });
