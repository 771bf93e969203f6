/** What the system (Linux) says of a process. */
import { readFileSync } from 'node:fs'

/** A tick of /proc/PID/stat, in seconds: USER_HZ is 100 wherever Linux runs. */
const tick = 0.01

/** Seconds of processor that a process and all its threads have used. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tick
}

/** Bytes of memory that a process holds. */
export const residentBytes = (pid) =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
