import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

interface Column {
  readonly name: string
  readonly rowCount: number
  readonly length: number
}
interface Workload {
  readonly name: string
  readonly batchSize: number
  readonly examples: number
  readonly heldOut: number
  readonly source: Readonly<Record<string, unknown>>
}
interface Opened extends Workload {
  readonly directory: string
  readonly columns: readonly Column[]
  readonly numberCount: number
  readonly plantedLogLoss: number
}
const file = new URL('../bench/training/workloads.js', import.meta.url).href
const { workloads, openWorkload } = (await import(file)) as {
  workloads: readonly Workload[]
  openWorkload: (workload: Workload, cache: string) => Opened
}

const tiny: Workload = {
  name: 'tiny',
  batchSize: 100,
  examples: 20_000,
  heldOut: 5000,
  source: {
    kind: 'generated',
    seed: 1,
    zipfExponent: 1.05,
    numbers: 2,
    columns: { a: 1000, b: 7 },
    lists: { l: { values: 50, length: 3 } },
    crosses: [['a', 'b']],
    crossBuckets: 500,
  },
}

const home = mkdtempSync(join(tmpdir(), 'bench-workloads-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

const open = (workload: Workload, cache: string): Opened => openWorkload(workload, join(home, cache))
const bytes = (directory: string, part: string, name: string): Buffer => readFileSync(join(directory, part, name))
const ids = (directory: string, name: string): Int32Array => {
  const buffer = bytes(directory, 'train', `${name}.i32`)
  return new Int32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4)
}
const digests = (directory: string): string[] =>
  ['train', 'held-out'].flatMap((part) =>
    readdirSync(join(directory, part)).map(
      (name) =>
        `${part}/${name} ${createHash('sha256')
          .update(bytes(directory, part, name))
          .digest('hex')}`,
    ),
  )

describe('the pinned workloads', () => {
  it('fill their batches, so that all sides train on the same number of examples', () => {
    expect(workloads.map(({ name }) => name)).toEqual(['criteo-shape', 'paper-shape', 'frappe', 'lists'])
    for (const { examples, batchSize } of workloads) expect(examples % batchSize).toBe(0)
  })

  it('have the shapes that they are named for', () => {
    const [criteo, paper] = workloads as unknown as [
      { source: { columns: Record<string, number>; crosses: unknown[] } },
      { source: { columns: Record<string, number>; numbers: number }; model: { deep: { embedding: number } } },
    ]
    const sizes = Object.values(criteo.source.columns)
    expect(sizes).toHaveLength(26)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_000_000)
    expect(Math.max(...sizes)).toBe(1_000_000)
    expect(criteo.source.crosses).toHaveLength(10)
    const { source, model } = paper
    expect(Object.keys(source.columns).length * model.deep.embedding + source.numbers).toBe(1200)
  })
})

describe('the generator', () => {
  it('writes the same bytes of the same seed, and others of another', () => {
    const { directory } = open(tiny, 'first')
    expect(digests(open(tiny, 'second').directory)).toEqual(digests(directory))
    const other = open({ ...tiny, source: { ...tiny.source, seed: 2 } }, 'other')
    for (const [at, digest] of digests(other.directory).entries()) expect(digest).not.toBe(digests(directory)[at])
  })

  it('writes every column with ids of its range, lists with their length, and 32 bits a number', () => {
    const { directory, columns, numberCount } = open(tiny, 'first')
    expect(columns.map(({ name, rowCount, length }) => [name, rowCount, length])).toEqual([
      ['a', 1000, 1],
      ['b', 7, 1],
      ['l', 50, 3],
      ['a-b', 500, 1],
    ])
    for (const { name, rowCount, length } of columns) {
      const values = ids(directory, name)
      expect(values).toHaveLength(tiny.examples * length)
      expect(values.reduce((least, value) => Math.min(least, value), Infinity)).toBe(0)
      expect(values.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(rowCount)
    }
    expect(bytes(directory, 'held-out', 'numbers.f32')).toHaveLength(tiny.heldOut * numberCount * 4)
    expect(bytes(directory, 'held-out', 'labels.f32')).toHaveLength(tiny.heldOut * 4)
  })

  it('draws ids by a Zipf law: ten times the rank, 10^1.05 times as rare', () => {
    const counts = new Float64Array(1000)
    for (const id of ids(open(tiny, 'first').directory, 'a')) counts[id] = (counts[id] ?? 0) + 1
    const between = (first: number, last: number): number =>
      counts.subarray(first, last).reduce((sum, count) => sum + count, 0) / (last - first)
    const slope = Math.log10(between(4, 7) / between(40, 70))
    expect(slope).toBeGreaterThan(0.95)
    expect(slope).toBeLessThan(1.15)
  })

  it('plants a truth that says more of the labels than their mean', () => {
    const { directory, plantedLogLoss } = open(tiny, 'first')
    const buffer = bytes(directory, 'held-out', 'labels.f32')
    const labels = new Float32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 4)
    const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length
    const ofMean = -mean * Math.log(mean) - (1 - mean) * Math.log(1 - mean)
    expect(plantedLogLoss).toBeLessThan(0.9 * ofMean)
  })

  it('gives the same pair the same cross', () => {
    const { directory } = open(tiny, 'first')
    const [a, b, cross] = ['a', 'b', 'a-b'].map((name) => ids(directory, name))
    const seen = new Map<string, number | undefined>()
    for (let row = 0; row < tiny.examples; row++) {
      const pair = `${String(a?.[row])} ${String(b?.[row])}`
      expect(cross?.[row]).toBe(seen.has(pair) ? seen.get(pair) : cross?.[row])
      seen.set(pair, cross?.[row])
    }
    expect(new Set(seen.values()).size).toBeGreaterThan(400)
  })
})
