import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeLock } from './lock.js'

const freshPath = (): string => join(mkdtempSync(join(tmpdir(), 'widedeep-lock-')), 'below', 'lock')
const refuse = (holder: string): Error => new Error(`held by ${holder}`)

/** What a process that holds a lock writes there. */
async function holderOf(path: string): Promise<{ pid: number; born: string | null }> {
  const lock = takeLock(path, refuse)
  const own = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; born: string | null }
  lock.release()
  return Promise.resolve(own)
}

describe('takeLock', () => {
  it('is held until it is released, also against the same process, and leaves nothing behind', () => {
    const path = freshPath()
    const lock = takeLock(path, refuse)
    expect(() => takeLock(path, refuse)).toThrow(`held by process ${String(process.pid)} on ${hostname()} since 20`)
    lock.release()
    const next = takeLock(path, refuse)
    next.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  it('is not held by a process that is no more', async () => {
    const path = freshPath()
    const own = await holderOf(path)
    const child = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => child.once('close', resolve))
    writeFileSync(path, JSON.stringify({ ...own, host: hostname(), since: 'then', pid: child.pid }))
    takeLock(path, refuse).release()
    // Nor by one before a restart, whose number this process has now.
    writeFileSync(path, JSON.stringify({ ...own, host: hostname(), since: 'then' }))
    takeLock(path, refuse).release()
    expect(existsSync(path)).toBe(false)
  })

  it('is held by a living process, and by one of another host, of which nothing is known', async () => {
    const path = freshPath()
    const own = await holderOf(path)
    writeFileSync(path, JSON.stringify({ pid: process.ppid, host: hostname(), since: 'then', born: null }))
    expect(() => takeLock(path, refuse)).toThrow(`process ${String(process.ppid)}`)
    writeFileSync(path, JSON.stringify({ ...own, pid: 1, host: 'elsewhere', since: 'then' }))
    expect(() => takeLock(path, refuse)).toThrow('process 1 on elsewhere')
  })

  it.skipIf(process.platform !== 'linux')(
    'is not held by another process that got the number of a killed one (Linux)',
    () => {
      const path = freshPath()
      takeLock(path, refuse).release()
      writeFileSync(path, JSON.stringify({ pid: process.ppid, host: hostname(), since: 'then', born: '1' }))
      takeLock(path, refuse).release()
      expect(existsSync(path)).toBe(false)
    },
  )
})
