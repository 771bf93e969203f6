/** Versions, aliases, verdicts, promotion and rollback; two writers at once. The bundles here only look like ones. */
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { freshDirectory, opaqueBundle } from '../../test/opaque-bundle.js'
import type { GateVerdict, Registry } from './index.js'
import { published } from './changes.js'
import { openRegistry } from './index.js'
import { emptyState } from './journal-entry.js'

let home = ''
let registry: Registry
const author = { by: 'ada', reason: 'a test' }
const blessed: GateVerdict = { verdict: 'BLESSED', reasons: [] }

async function publish(content: string): Promise<number> {
  const bundle = await opaqueBundle(join(home, `bundle-${content}`), content)
  const lineage = { data: 'd1', code: '0.1.0', parent: null }
  return registry.publish({ bundle, lineage, metrics: { auc: 0.7 }, report: { epochs: [] } }, author)
}

/** A champion promoted as the gate would have it. */
async function promoteBlessed(version: number): Promise<void> {
  const champion = registry.state().aliases['champion']?.version ?? null
  registry.recordVerdict(version, blessed, { ...author, champion })
  await registry.promote(version, author)
}

const championNow = (): number | undefined => registry.state().aliases['champion']?.version

beforeEach(() => {
  home = freshDirectory()
  registry = openRegistry(join(home, 'registry'), { now: () => new Date('2026-01-01T00:00:00Z') })
})

describe('versions', () => {
  it('are copies with lineage, metrics and the checksums of every file, numbered from 1', async () => {
    expect(await publish('a')).toBe(1)
    expect(await publish('b')).toBe(2)
    const { directory } = registry.resolve(2)
    expect(readFileSync(join(directory, 'weights'), 'utf8')).toBe('b')
    writeFileSync(join(home, 'bundle-b', 'weights'), 'edited')
    const record = await registry.verify(2)
    expect(record).toMatchObject({ lineage: { data: 'd1', code: '0.1.0', parent: null }, metrics: { auc: 0.7 } })
    expect(Object.keys(record.parts)).toEqual(['bundle'])
    expect(registry.state().versions['2']?.publishedAt).toBe('2026-01-01T00:00:00.000Z')
  })

  it('are numbered apart when many are published at once', async () => {
    const numbers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(publish))
    expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
    expect(registry.entries().map(({ generation }) => generation)).toEqual([1, 2, 3, 4, 5])
    for (const number of numbers) await registry.verify(number)
  })

  it('that are removed while they are read are not there, rather than damaged', async () => {
    await publish('a')
    const reading = registry.verify(1)
    registry.remove([1], author)
    await expect(reading).rejects.toMatchObject({ code: 'REGISTRY_VERSION_UNKNOWN' })
  })

  it('keep the highest number, whoever of two publishers is entered last', () => {
    const state = { ...emptyState, lastVersion: 9 }
    expect(published(state, { version: 8, checksum: '', at: '', tags: {} }).state.lastVersion).toBe(9)
  })

  it('are not made of a damaged bundle', async () => {
    const bundle = await opaqueBundle(join(home, 'bundle'), 'a')
    writeFileSync(join(bundle, 'weights'), 'b')
    const lineage = { data: null, code: '', parent: null }
    const published = registry.publish({ bundle, lineage, metrics: {}, report: null })
    await expect(published).rejects.toThrow(join(bundle, 'weights'))
    expect(() => registry.state()).toThrow('must be a registry')
  })

  it('keep tags and aliases beside them, and are found by both number and alias', async () => {
    await publish('a')
    registry.tag(1, { source: 'nightly', note: 'x' }, author)
    registry.tag(1, { note: null }, author)
    registry.setAlias('challenger', 1, author)
    expect(registry.state().versions['1']?.tags).toEqual({ source: 'nightly' })
    expect(registry.resolve('challenger')).toEqual(registry.resolve('1'))
    expect(() => registry.resolve('constructor')).toThrow('got constructor; the registry has 1, challenger')
    expect(() => registry.resolve(7)).toThrow('got 7')
    registry.setAlias('challenger', null, author)
    expect(() => registry.resolve('challenger')).toThrow('got challenger')
    expect(() => registry.setAlias('1st', 1)).toThrow('begin with a letter')
    expect(() => registry.setAlias('champion', 1)).toThrow('widedeep promote')
  })
})

describe('promotion', () => {
  it('asks for a blessing, unless forced, and then says so', async () => {
    await publish('a')
    await expect(registry.promote(1, author)).rejects.toThrow('got no verdict')
    const reasons = ['auc fell by 0.02', { slice: 'new users' }]
    registry.recordVerdict(1, { verdict: 'NOT_BLESSED', reasons }, { ...author, champion: null })
    await expect(registry.promote(1, author)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_BLESSED',
      exitCode: 4,
      message: expect.stringContaining('auc fell by 0.02\n  {"slice":"new users"}') as string,
    })
    expect(championNow()).toBeUndefined()
    await registry.promote(1, { by: 'ada', reason: 'the gate is wrong', isForced: true })
    expect(registry.state().versions['1']?.isForced).toBe(true)
    expect(registry.entries().at(-1)).toMatchObject({
      by: 'ada',
      reason: 'the gate is wrong',
      change: { kind: 'promote', version: 1, from: null, isForced: true },
    })
    await expect(registry.promote(1, { ...author, isForced: true })).rejects.toThrow('nothing to do')
  })

  it('takes a rubber stamp where there is no champion, and nowhere else', async () => {
    await publish('a')
    await publish('b')
    const stamp: GateVerdict = { verdict: 'RUBBER_STAMPED', reasons: ['no champion'] }
    for (const version of [1, 2]) registry.recordVerdict(version, stamp, { ...author, champion: null })
    await registry.promote(1, author)
    await expect(registry.promote(2, author)).rejects.toThrow('against, no champion; got version 1')
    expect(registry.verdictOf(1)).toMatchObject({ verdict: stamp, champion: null, by: 'ada' })
    expect(registry.verdictOf(2)?.verdict.verdict).toBe('RUBBER_STAMPED')
  })

  it('by two at once is won by one, and the other is told', async () => {
    for (const content of ['a', 'b', 'c']) await publish(content)
    await promoteBlessed(1)
    for (const version of [2, 3]) registry.recordVerdict(version, blessed, { ...author, champion: 1 })
    const outcomes = await Promise.allSettled([registry.promote(2, author), registry.promote(3, author)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [lost] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
    expect(lost).toMatchObject({ code: 'REGISTRY_CHAMPION_MOVED', exitCode: 4 })
    const forced = [2, 3].map((version) => registry.promote(version, { ...author, isForced: true, expected: 1 }))
    const both = await Promise.allSettled(forced)
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('goes on where another process has written something else meanwhile', async () => {
    for (const content of ['a', 'b']) await publish(content)
    registry.recordVerdict(1, blessed, { ...author, champion: null })
    const promotion = registry.promote(1, author)
    openRegistry(registry.directory).tag(2, { note: 'meanwhile' }, author)
    expect((await promotion).state).toMatchObject({
      aliases: { champion: { version: 1 } },
      versions: { '2': { tags: { note: 'meanwhile' } } },
    })
  })
})

describe('rollback', () => {
  it('leads to the champion before, step by step', async () => {
    for (const content of ['a', 'b', 'c']) await promoteBlessed(await publish(content))
    await registry.rollback(author)
    expect(championNow()).toBe(2)
    expect(registry.entries().at(-1)).toMatchObject({ by: 'ada', change: { kind: 'rollback', version: 2, from: 3 } })
    await registry.rollback(author)
    expect(championNow()).toBe(1)
    await expect(registry.rollback(author)).rejects.toMatchObject({ code: 'REGISTRY_ROLLBACK_NOTHING' })
  })

  it('by two at once takes one step', async () => {
    for (const content of ['a', 'b', 'c']) await promoteBlessed(await publish(content))
    const outcomes = await Promise.allSettled([registry.rollback(author), registry.rollback(author)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(championNow()).toBe(2)
  })

  it('leads past a version that was removed', async () => {
    for (const content of ['a', 'b', 'c']) await promoteBlessed(await publish(content))
    registry.remove([2], author)
    await registry.rollback(author)
    expect(championNow()).toBe(1)
  })
})

describe('retention', () => {
  it('keeps the newest, what has an alias, and where a rollback leads', async () => {
    for (const content of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await publish(content)
    for (const version of [2, 3, 4]) await promoteBlessed(version)
    registry.setAlias('challenger', 5, author)
    expect(registry.retain(1, author)).toEqual([1, 2, 6])
    expect(readdirSync(join(registry.directory, 'versions')).sort()).toEqual(['3', '4', '5', '7'])
    expect(readdirSync(join(registry.directory, 'staging'))).toEqual([])
    expect(() => {
      registry.remove([5], author)
    }).toThrow('got challenger')
    expect(registry.retain(1, author)).toEqual([])
    registry.remove([7], author)
    expect(await publish('h')).toBe(8)
  })

  it('sweeps what crashes have left for more than a day, and nothing that may be in progress', async () => {
    for (const content of ['a', 'b']) await publish(content)
    const old = new Date('2025-12-30T00:00:00Z')
    for (const [name, at] of [
      ['staging/version-old', old],
      ['staging/version-new', new Date('2025-12-31T12:00:00Z')],
      ['versions/77', old],
    ] as const) {
      mkdirSync(join(registry.directory, name))
      utimesSync(join(registry.directory, name), at, at)
    }
    registry.remove([2], author)
    const isThere = (name: string): boolean => existsSync(join(registry.directory, name))
    expect(['staging/version-old', 'staging/version-new', 'versions/77'].map(isThere)).toEqual([false, true, false])
  })
})

describe('the journal', () => {
  it('names the entry that was altered or cut short, and a registry that is not there', async () => {
    await publish('a')
    const file = join(registry.directory, 'journal', '0000000001.json')
    const text = readFileSync(file, 'utf8')
    for (const wrong of [text.replace('ada', 'eve'), text.slice(0, 100), '']) {
      writeFileSync(file, wrong)
      expect(() => registry.state()).toThrow(file)
    }
    expect(() => openRegistry(join(home, 'nowhere')).state()).toThrow('widedeep publish')
  })
})

describe('watching', () => {
  it('tells of every change of the alias that another process makes, and of no other', async () => {
    for (const content of ['a', 'b']) await publish(content)
    await promoteBlessed(1)
    const seen: (number | null)[] = []
    let wake = (): void => undefined
    const next = (): Promise<void> => new Promise((resolve) => (wake = resolve))
    const watch = openRegistry(registry.directory).watch('champion', {
      intervalMs: 5,
      onChange: ({ version, directory }) => {
        seen.push(version)
        expect(directory).toBe(registry.resolve(version ?? 0).directory)
        wake()
      },
      onError: (error) => {
        throw error
      },
    })
    expect(watch.current().version).toBe(1)
    const promoted = next()
    registry.tag(1, { note: 'no change of the alias' }, author)
    await promoteBlessed(2)
    await promoted
    const back = next()
    await registry.rollback(author)
    await back
    watch.close()
    expect(seen).toEqual([2, 1])
  })

  it('answers about a version that is not there with a rejection, never by throwing at once', async () => {
    await publish('a')
    const asked = [registry.verify(7), registry.record(7)]
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'REGISTRY_VERSION_UNKNOWN' })
  })
})
