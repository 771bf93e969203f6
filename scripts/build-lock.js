/** A lock between processes: a file with the owner's process id, taken over when that process is dead. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** No build takes this long: an older lock belongs to a process id that has been given out again. */
const oldestMs = 180_000
/** The time between creating the file and writing the process id into it. */
const emptyMs = 5_000

function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function isStale(file) {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs
    const pid = Number(readFileSync(file, 'utf8'))
    if (!(pid > 0)) return ageMs > emptyMs
    return ageMs > oldestMs || !isAlive(pid)
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}

function clearStale(file) {
  const aside = `${file}-stale-${String(process.pid)}`
  try {
    // A rename has one winner. Were a fresh lock caught by it, two builds would run: each is whole, so that is harmless.
    renameSync(file, aside)
    rmSync(aside, { force: true })
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

/** Runs `work` while this process holds the lock, and waits for it as long as its owner lives. */
export async function withLock(file, work) {
  while (!tryTake(file)) {
    if (isStale(file)) clearStale(file)
    else await sleep(50)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
