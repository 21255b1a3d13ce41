/** What a process costs, seen from outside: a busy machine makes everything slower, but little dearer. */
import { readdirSync, readFileSync } from 'node:fs';

/** ms of CPU that a process has taken, in all the threads that it has now; `undefined` where there is no /proc. */
export const cpuMs = (pid: number | undefined): number | undefined => {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    return tasks.reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
  } catch {
    return undefined;
  }
};
