/** What this machine gives to a measurement, and what it takes away meanwhile. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Missing } from './scope.ts';

const succeeds = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** The cores that this process may use: `0-1,4` as 0, 1, 4. */
const cores = (read('/proc/self/status').match(/^Cpus_allowed_list:\s*(\S+)/m)?.[1] ?? '').split(',').flatMap((range) => {
  const [from = Number.NaN, to = from] = range.split('-').map(Number);
  return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, index) => from + index);
});

const pins = cores.length > 1 && succeeds('taskset', '--version');

export const roles = ['server', 'readers'] as const;
export type Role = (typeof roles)[number];

/** A command that keeps to the core of its role, where there are two and `taskset`. */
export const pinned = (role: Role, command: readonly string[]): [command: string, ...args: string[]] => {
  const [first = '', ...rest] = command;
  return pins ? ['taskset', '-c', String(cores[roles.indexOf(role)]), first, ...rest] : [first, ...rest];
};

/** Descriptors that a process may have here. */
export const descriptorLimit = (): number => Number(/^Max open files\s+\S+\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? 1_000_000);

/** How many readers there can be: each takes a descriptor of the server and one of the load generator. Says so where it is fewer than wished. */
export const affordable = (wished: number): number => {
  const most = descriptorLimit() - 500;
  if (wished <= most) return wished;
  console.log(`${wished.toLocaleString('en')} readers are more than a process may have here: ${most.toLocaleString('en')} instead (ulimit -Hn)`);
  return most;
};

/** This process, too, leaves the server its core. Throws `Missing` where there is no /proc to measure others by. */
export const settleIn = (): void => {
  if (process.platform !== 'linux') throw new Missing('this benchmark reads /proc, and runs on Linux only');
  // It fails where one of the threads ends meanwhile; the others are where they should be all the same.
  if (pins) spawnSync('taskset', ['-a', '-p', '-c', String(cores[roles.indexOf('readers')]), String(process.pid)], { stdio: 'ignore' });
};

const family = (pid: number): number[] => {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === '' ? [] : children.split(/\s+/).flatMap((child) => family(Number(child))))];
};

/** Of /proc/PID/stat: seconds of a process and its children, in user and kernel, all threads. The clock ticks a hundred times a second on every Linux. */
export const cpuSeconds = (pid: number): number =>
  family(pid).reduce((sum, each) => {
    const [user = 0, kernel = 0] = read(`/proc/${each}/stat`).replace(/^.*\) /s, '').split(' ').slice(11, 13).map(Number);
    return sum + (user + kernel) / 100;
  }, 0);

/** Bytes of a process and its children that are in memory. */
export const residentBytes = (pid: number): number =>
  family(pid).reduce((sum, each) => sum + Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${each}/status`))?.[1] ?? 0) * 1_024, 0);

/** How many descriptors a process and its children hold. */
export const descriptors = (pid: number): number => family(pid).reduce((sum, each) => sum + readdirSync(`/proc/${each}/fd`).length, 0);

const machineSeconds = () => {
  const [user = 0, nice = 0, kernel = 0, , , interrupts = 0, soft = 0, steal = 0] = (/^cpu\s+(.*)/m.exec(read('/proc/stat'))?.[1] ?? '').split(' ').map(Number);
  return { busy: (user + nice + kernel + interrupts + soft) / 100, steal: steal / 100 };
};

/** How much of a core others took, and the host, since `watchOthers` was called; `own` are the processes of the benchmark besides this one. */
export const watchOthers = (own: () => readonly number[]) => {
  const ownSeconds = () => own().reduce((sum, pid) => sum + cpuSeconds(pid), 0) + (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
  const [from, machine, mine] = [performance.now(), machineSeconds(), ownSeconds()];
  return (): Disturbance => {
    const [seconds, later] = [(performance.now() - from) / 1_000, machineSeconds()];
    return { others: Math.max(0, (later.busy - machine.busy - (ownSeconds() - mine)) / seconds), steal: (later.steal - machine.steal) / seconds };
  };
};

/** In cores. */
export type Disturbance = { others: number; steal: number };

/** Where it ran. */
export const machineLine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, Linux ${read('/proc/sys/kernel/osrelease').trim()}, Node ${process.version}; ` +
  (pins ? `the server on core ${cores[0]}, the readers on core ${cores[1]}` : 'nothing is pinned to a core: for that it takes two cores and taskset (util-linux)');
