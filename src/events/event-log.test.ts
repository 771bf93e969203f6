import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../sql/index.js'
import type { DamagedRecord, EventLog, ReadRecord } from './event-log.js'
import type { LogPosition } from './log-position.js'
import type { LoggedEvent } from './logged-event.js'
import { openEventLog } from './open-event-log.js'

const freshDirectory = (): string => join(mkdtempSync(join(tmpdir(), 'widedeep-events-')), 'log')

const click = (id: string, user = 'ada'): LoggedEvent => ({
  id,
  time: 1000,
  received: 2000,
  type: 'interaction',
  user,
  item: 'app "1"\nü',
  action: 'install',
})

async function recordsOf(log: EventLog, from?: LogPosition): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  for await (const record of log.read(from)) records.push(record)
  return records
}

const idsOf = async (log: EventLog, from?: LogPosition): Promise<string[]> =>
  (await recordsOf(log, from)).map(({ event }) => event.id)

describe('an event log', () => {
  it('gives back what was appended, in its order, also after a restart', async () => {
    const directory = freshDirectory()
    const first = await openEventLog(directory)
    expect(await first.append([click('a'), click('b')])).toEqual({ accepted: 2, duplicates: 0 })
    await first.close()
    const log = await openEventLog(directory)
    await log.append([click('c')])
    expect(log.id).toBe(first.id)
    expect((await recordsOf(log)).map(({ event }) => event)).toEqual([click('a'), click('b'), click('c')])
    await log.close()
  })

  it('writes an id once: within a call, in calls at the same time, and after a restart', async () => {
    const directory = freshDirectory()
    let log = await openEventLog(directory)
    const answers = await Promise.all([log.append([click('a'), click('a')]), log.append([click('a'), click('b')])])
    expect(answers).toEqual([
      { accepted: 1, duplicates: 1 },
      { accepted: 1, duplicates: 1 },
    ])
    await log.close()
    log = await openEventLog(directory)
    expect(await log.append([click('b'), click('c')])).toEqual({ accepted: 1, duplicates: 1 })
    expect(await idsOf(log)).toEqual(['a', 'b', 'c'])
    await log.close()
  })

  it('begins segments as they fill, and remembers the ids of all of them', async () => {
    const directory = freshDirectory()
    const options = { segmentBytes: 500 }
    let log = await openEventLog(directory, options)
    const ids = Array.from({ length: 40 }, (_, index) => `e${String(index)}`)
    for (const id of ids) await log.append([click(id)])
    expect(log.end().segment).toBeGreaterThan(8)
    await log.close()
    // Ids of full segments are made again where their file is lost or altered.
    rmSync(join(directory, 'events-000001.ids'))
    const altered = join(directory, 'events-000002.ids')
    writeFileSync(altered, readFileSync(altered).fill(7, 0, 4))
    log = await openEventLog(directory, options)
    expect(await log.append(ids.map((id) => click(id)))).toEqual({ accepted: 0, duplicates: 40 })
    expect(await idsOf(log)).toEqual(ids)
    await log.close()
  })

  it('forgets ids beyond what is to be remembered, and not before', async () => {
    const log = await openEventLog(freshDirectory(), { rememberedIds: 10 })
    const ids = Array.from({ length: 21 }, (_, index) => `e${String(index)}`)
    for (const id of ids) await log.append([click(id)])
    expect(await log.append(ids.slice(-10).map((id) => click(id)))).toEqual({ accepted: 0, duplicates: 10 })
    expect(await log.append([click('e0')])).toEqual({ accepted: 1, duplicates: 0 })
    await log.close()
  })

  it('reads on from the position of any record', async () => {
    const log = await openEventLog(freshDirectory(), { segmentBytes: 300 })
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (const id of ids) await log.append([click(id)])
    const records = await recordsOf(log)
    for (const [index, { next }] of records.entries()) expect(await idsOf(log, next)).toEqual(ids.slice(index + 1))
    expect(records.at(-1)?.next).toEqual(log.end())
    await expect(idsOf(log, { ...log.end(), offset: 1e6 })).rejects.toMatchObject({ code: 'EVENTS_POSITION_FOREIGN' })
    await expect(idsOf(log, { ...log.end(), log: 'x' })).rejects.toMatchObject({ code: 'EVENTS_POSITION_FOREIGN' })
    await log.close()
  })

  it('has one writer at a time', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory)
    await expect(openEventLog(directory)).rejects.toMatchObject({ code: 'EVENTS_LOG_LOCKED', exitCode: 5 })
    const appended = log.append([click('a')])
    await Promise.all([log.close(), log.close()])
    expect(await appended).toEqual({ accepted: 1, duplicates: 0 })
    // The next one has it for itself: neither a second close nor a late append of the first disturbs it.
    const next = await openEventLog(directory)
    await log.close()
    await expect(log.append([click('b')])).rejects.toThrow('internal')
    await expect(log.erase('ada')).rejects.toThrow('internal')
    await expect(openEventLog(directory)).rejects.toMatchObject({ code: 'EVENTS_LOG_LOCKED' })
    expect(await idsOf(next)).toEqual(['a'])
    await next.close()
  })

  it('refuses a record that DuckDB would not read, and a log of another release', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory)
    const large = log.append([click('a'), click('b', 'u'.repeat(2 ** 24))])
    await expect(large).rejects.toMatchObject({ code: 'EVENTS_RECORD_TOO_LARGE' })
    expect(await idsOf(log)).toEqual([])
    await log.close()
    writeFileSync(join(directory, 'log.json'), '{"formatVersion":2,"id":"x"}')
    await expect(openEventLog(directory)).rejects.toMatchObject({ code: 'EVENTS_FORMAT_UNKNOWN' })
  })
})

describe('a damaged event log', () => {
  async function writtenLog(): Promise<{ directory: string; path: string; text: string }> {
    const directory = freshDirectory()
    const log = await openEventLog(directory)
    await log.append([click('a'), click('b'), click('c')])
    await log.close()
    const path = join(directory, 'events-000001.ndjson')
    return { directory, path, text: readFileSync(path, 'utf8') }
  }

  it('loses a torn last record at opening, wherever it is torn, and nothing else', async () => {
    const { directory, path, text } = await writtenLog()
    const bytes = Buffer.byteLength(text)
    const lastBytes = Buffer.byteLength(text.split('\n')[2] ?? '') + 1
    for (let torn = 1; torn < lastBytes; torn += 8) {
      writeFileSync(path, text)
      truncateSync(path, bytes - torn)
      const log = await openEventLog(directory)
      expect(log.cutBytes).toBe(lastBytes - torn)
      expect(await log.append([click('b'), click('c')])).toEqual({ accepted: 1, duplicates: 1 })
      await log.close()
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  it('reports an altered record by file and line, and leaves it out', async () => {
    const { directory, path, text } = await writtenLog()
    writeFileSync(path, text.replace('"id":"b"', '"id":"x"'))
    const damages: DamagedRecord[] = []
    const log = await openEventLog(directory, { onDamage: (damage) => damages.push(damage) })
    const offset = Buffer.byteLength(text.split('\n')[0] ?? '') + 1
    expect(damages).toEqual([{ file: path, line: 2, offset }])
    expect(await idsOf(log)).toEqual(['a', 'c'])
    expect(damages).toHaveLength(2)
    expect(await log.append([click('x')])).toEqual({ accepted: 1, duplicates: 0 })
    await log.close()
  })

  it('survives bytes of any kind behind the last record', async () => {
    const { directory, path, text } = await writtenLog()
    for (const rest of ['\0'.repeat(5000), '{"id":"z"}', text.slice(0, 50)]) {
      writeFileSync(path, text)
      appendFileSync(path, rest)
      const log = await openEventLog(directory)
      expect(log.cutBytes).toBe(rest.length)
      expect(await idsOf(log)).toEqual(['a', 'b', 'c'])
      expect(readFileSync(path, 'utf8')).toBe(text)
      await log.close()
    }
  })
})

describe('erasing a user', () => {
  it('takes every record of the user out of every segment, and keeps positions', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory, { segmentBytes: 1000 })
    const user = 'ev"e\\'
    const served: LoggedEvent = {
      ...{ id: 's', time: 1, received: 1, type: 'served', requestId: 'r', user, model: { version: '1' } },
      ...{ context: {}, userFeatures: { user: 'ada' }, items: [] },
    }
    const shown: LoggedEvent = {
      ...{ id: 'i', time: 1, received: 1, type: 'impression', user },
      items: [{ id: 'app' }],
    }
    const other: LoggedEvent = { ...{ id: 'o', time: 1, received: 1, type: 'user' }, user: 'bob', features: { user } }
    await log.append([served, shown, other])
    for (let index = 0; index < 30; index++) await log.append([click(`e${String(index)}`, index % 3 ? 'ada' : user)])
    const before = await recordsOf(log)
    // Written while the segments are copied.
    const [, appended] = await Promise.all([log.erase(user), log.append([click('later', 'ada')])])
    expect(appended.accepted).toBe(1)
    const kept = await recordsOf(log)
    const ofOthers = before.filter(({ event }) => event.type !== 'item' && event.user !== user)
    const [tombstones, rest] = [kept.filter(({ event }) => event.type === 'erased'), kept.slice(0, ofOthers.length)]
    expect(rest).toEqual(ofOthers)
    expect(tombstones).toMatchObject([{ event: { user } }])
    expect(kept.map(({ event }) => event.id)).toContain('later')
    // What was erased is still known, and does not come back.
    expect(await log.append([served, click('e0', user)])).toEqual({ accepted: 0, duplicates: 2 })
    expect(await log.append([click('new', user)])).toEqual({ accepted: 1, duplicates: 0 })
    await log.close()
    expect(readdirSync(directory).filter((name) => name.includes('erasing'))).toEqual([])
  })

  it('loses nothing that is appended meanwhile, also while segments fill', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory, { segmentBytes: 20_000 })
    await log.append(
      Array.from({ length: 100 }, (_, index) => click(`first ${String(index)}`, `eve ${String(index % 10)}`)),
    )
    let isErasing = true
    let count = 0
    const appending = async (): Promise<void> => {
      while (isErasing) await log.append([click(`e${String(count++)}`)])
    }
    const clients = [appending(), appending(), appending()]
    for (let user = 0; user < 10; user++) await log.erase(`eve ${String(user)}`)
    isErasing = false
    await Promise.all(clients)
    const ids = (await idsOf(log)).filter((id) => !id.startsWith('erased-'))
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => `e${String(index)}`))
    expect(count).toBeGreaterThan(30)
    await log.close()
  })

  it('goes on at the next opening with what a kill interrupted', async () => {
    const directory = freshDirectory()
    let log = await openEventLog(directory)
    await log.append([click('a', 'eve'), click('b')])
    await log.close()
    writeFileSync(join(directory, 'erasing.json'), '["eve"]')
    writeFileSync(join(directory, 'events-000001.ndjson.erasing'), 'half a copy')
    log = await openEventLog(directory)
    await log.close()
    log = await openEventLog(directory)
    expect((await recordsOf(log)).map(({ event }) => event)).toMatchObject([
      click('b'),
      { type: 'erased', user: 'eve' },
    ])
    await log.close()
    expect(readdirSync(directory).sort()).toEqual(['events-000001.ndjson', 'log.json'])
  })
})

describe('DuckDB', () => {
  it('reads the segments as they are, erased lines and different types of records included', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory, { segmentBytes: 300 })
    const item: LoggedEvent = { ...{ id: 'i', time: 1, received: 2, type: 'item' }, item: 'app', features: { size: 3 } }
    for (const event of [click('a'), click('b', 'eve'), item, click('c', 'eve')]) await log.append([event])
    await log.erase('eve')
    expect(log.end().segment).toBeGreaterThan(1)
    const database = await openDatabase()
    const files = join(directory, 'events-*.ndjson')
    const read = (options = ''): Promise<unknown[]> =>
      database.rows(
        `select id, type, "user", features.size as size from read_ndjson('${files}', union_by_name = true, sample_size = -1${options}) where id is not null order by id`,
      )
    const rows = [
      { id: 'a', type: 'interaction', user: 'ada', size: null },
      { type: 'erased', user: 'eve' },
      { id: 'i', type: 'item', user: null, size: 3 },
    ]
    expect(await read()).toMatchObject(rows)
    // A line that is no JSON any more is a row without an id when DuckDB is told to go on.
    const path = join(directory, 'events-000001.ndjson')
    writeFileSync(path, readFileSync(path, 'utf8').replace('{"id":"a"', '{"id"\0"a"'))
    expect(await read(', ignore_errors = true')).toMatchObject(rows.slice(1))
    database.close()
    await log.close()
  })
})

describe('a disk that refuses', () => {
  it('rejects when no segment can be begun, and goes on when it can', async () => {
    const directory = freshDirectory()
    const log = await openEventLog(directory, { segmentBytes: 100 })
    await log.append([click('a')])
    const inTheWay = join(directory, 'events-000002.ndjson')
    mkdirSync(inTheWay)
    const [refused, same] = await Promise.allSettled([log.append([click('b')]), log.append([click('b')])])
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'EVENTS_WRITE_FAILED', exitCode: 5 } })
    expect(same.status).toBe('rejected')
    rmSync(inTheWay, { recursive: true })
    expect(await log.append([click('b')])).toEqual({ accepted: 1, duplicates: 0 })
    expect(await idsOf(log)).toEqual(['a', 'b'])
    await log.close()
  })

  /** Appends records of a thousand bytes until a file may not grow, and then one that fits. */
  const program = `
    const { readFileSync } = await import('node:fs')
    const { openEventLog } = await import(process.argv[1])
    const log = await openEventLog(process.argv[2])
    const event = (id, user) => ({ id, time: 1, received: 1, type: 'user', user, features: {} })
    let [count, code] = [0, null]
    while (code === null) await log.append([event('e' + count, 'u'.repeat(900))]).then(() => count++, (error) => (code = error.code))
    const sizeBefore = log.end().offset
    const sizeOnDisk = readFileSync(process.argv[2] + '/events-000001.ndjson').length
    await log.append([event('small', 'ada')])
    console.log(JSON.stringify({ count, code, sizeBefore, sizeOnDisk }))
    process.exit()`

  it.skipIf(process.platform === 'win32')('leaves nothing of a write that was cut short (POSIX)', async () => {
    const directory = freshDirectory()
    const entry = fileURLToPath(new URL('../../dist/events/index.js', import.meta.url))
    const node = [process.execPath, '--input-type=module', '-e', program, entry, directory]
    const { stdout, stderr } = spawnSync('bash', ['-c', 'ulimit -f 32; exec "$@"', '-', ...node], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const { count, code, sizeBefore, sizeOnDisk } = JSON.parse(stdout) as Record<string, unknown>
    expect(code).toBe('EVENTS_WRITE_FAILED')
    expect(32 * 1024 - Number(sizeBefore)).toBeLessThan(1100)
    expect(sizeOnDisk).toBe(sizeBefore)
    const log = await openEventLog(directory)
    expect(log.cutBytes).toBe(0)
    expect(await idsOf(log)).toEqual([
      ...Array.from({ length: Number(count) }, (_, index) => `e${String(index)}`),
      'small',
    ])
    await log.close()
  })
})
