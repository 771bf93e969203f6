/**
 * That an event is on disk before it is acknowledged, seen by the kernel: `strace` over a process that appends and prints each
 * acknowledgement. `npm run test:services`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { freshDirectory } from './opaque-bundle.js'

const entry = fileURLToPath(new URL('../dist/events/index.js', import.meta.url))
const isTraceable = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

/** Clients that append at the same time, in segments of a few events; each acknowledgement is one write to the standard output. */
const program = `
  const { writeSync } = await import('node:fs')
  const { openEventLog } = await import(process.argv[1])
  const log = await openEventLog(process.argv[2], { segmentBytes: 1000 })
  const client = async (number) => {
    for (let turn = 0; turn < 25; turn++) {
      const id = number + '-' + turn
      await log.append([{ id, time: 1, received: 1, type: 'user', user: 'ada', features: {} }])
      writeSync(1, 'ack ' + id + '\\n')
    }
  }
  await Promise.all([1, 2, 3, 4].map(client))
  await log.close()`

interface Call {
  readonly name: string
  readonly file: string
  readonly text: string
  /** A call of one thread that others interrupted in the trace has two lines: its begin, and its end with the text of both. */
  readonly isBegun: boolean
  readonly isDone: boolean
}

function callsOf(trace: string): Call[] {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const isBegun = !rest.startsWith('<...')
    const text = isBegun ? rest : `${begun.get(thread) ?? ''}${rest}`
    if (rest.endsWith('<unfinished ...>')) begun.set(thread, rest)
    const [, name = '', file = ''] = /^(\w+)\(\d+<([^>]*)>/.exec(text) ?? []
    return name === '' ? [] : [{ name, file, text, isBegun, isDone: /= \d+$/.test(text) }]
  })
}

/** What a trace says of each acknowledged id: whether a sync of its segment, begun after its write, was done before. */
function readTrace(calls: readonly Call[]): { acknowledged: Map<string, boolean>; files: Set<string> } {
  const written = new Map<string, Set<string>>()
  const covered = new Map<string, string[]>()
  const synced = new Set<string>()
  const acknowledged = new Map<string, boolean>()
  for (const { name, file, text, isBegun, isDone } of calls) {
    const [, acknowledgement] = /"ack ([\d-]+)\\n"/.exec(text) ?? []
    if (acknowledgement !== undefined && isBegun) acknowledged.set(acknowledgement, synced.has(acknowledgement))
    if (!file.endsWith('.ndjson')) continue
    const ids = written.get(file) ?? new Set()
    written.set(file, ids)
    if (name.includes('write')) {
      if (isDone) for (const [, id = ''] of text.matchAll(/\\"id\\":\\"([^\\]+)\\"/g)) ids.add(id)
    } else {
      if (isBegun) covered.set(file, [...ids])
      if (isDone) for (const id of covered.get(file) ?? []) synced.add(id)
    }
  }
  return { acknowledged, files: new Set(written.keys()) }
}

describe.skipIf(!isTraceable)('the trace of an event log (where strace is installed and may trace)', () => {
  it('has the sync of the segment between the write of an event and its acknowledgement', () => {
    const home = freshDirectory()
    const trace = join(home, 'trace')
    const calls = 'trace=write,pwrite64,writev,pwritev,fdatasync,fsync'
    const node = [process.execPath, '--input-type=module', '-e', program, entry, join(home, 'log')]
    const { status, stderr } = spawnSync('strace', ['-f', '-y', '-s', '100000', '-e', calls, '-o', trace, ...node])
    expect([status, stderr.toString()]).toEqual([0, ''])

    const { acknowledged, files } = readTrace(callsOf(readFileSync(trace, 'utf8')))
    expect([...acknowledged].filter(([, isSynced]) => !isSynced)).toEqual([])
    expect(acknowledged.size).toBe(100)
    expect(files.size).toBeGreaterThan(2)
  })
})
