/**
 * The process, by the names that prom-client gives such figures. Its own collection of them lists every open socket, which costs 44 ms of the event loop a scrape
 * at 10,000 readers; and its event-loop figures are those since somebody last asked, so that two who ask would take them from each other.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** ms between two looks at how late a timer is */
const lookMs = 50;
/** seconds */
const delays = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5];

/** Returns what ends it; that may be called twice. */
export const watchProcess = (registers: Registry[], version: string): (() => void) => {
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

  return watchDelay(new Histogram({ name: 'stop_press_event_loop_delay_seconds', help: `How late a timer of ${lookMs} ms was.`, buckets: delays, registers }));
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

const watchDelay = (delay: Histogram): (() => void) => {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    delay.observe(Math.max(0, now - last - lookMs) / 1_000);
    last = now;
  }, lookMs).unref();
  return () => clearInterval(timer);
};
