import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

type Rows = { ids: Record<string, Int32Array>; numbers: Float32Array; labels: Float32Array }
type Calibrated = [value: number, lower: number, upper: number]
interface Parts {
  readonly parts: readonly { readonly table: string; readonly column: string }[]
}
interface Shard {
  readonly rows: Float32Array
  readonly rowFloats: number
}

interface Engine {
  readonly layout: { readonly wide: Parts; readonly deep: Parts }
  readonly state: { readonly tables: ReadonlyMap<string, { readonly shards: readonly Shard[] }> }
  step(rows: Rows, first: number): Promise<void>
  settle(): Promise<void>
  close(): Promise<void>
}
const moduleOf = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../bench/${path}`, import.meta.url).href)) as T
const { openDrawers } = await moduleOf<{
  openDrawers: (
    source: object,
    threads: number,
  ) => { draw(part: string, first: number, count: number, pieces: number): Promise<Rows[]>; close(): Promise<unknown> }
}>('training/drawn-rows.js')
const { openEngine } = await moduleOf<{ openEngine: (workload: object) => Promise<Engine> }>('training/engine.js')
const { columnsOf } = await moduleOf<{ columnsOf: (source: object) => object[] }>('training/generated-rows.js')
const { visitRows } = await moduleOf<{ visitRows: (engine: Engine, rows: Rows, batchSize: number) => number }>(
  'training/visit-rows.js',
)
const { costByExamples } = await moduleOf<{
  costByExamples: (workload: object, settings: object) => Promise<{ points: Record<string, number>[]; spread: number }>
}>('training/cost-by-examples.js')
const { costByRows } = await moduleOf<{
  costByRows: (workload: object, settings: object) => Promise<{ points: Record<string, number>[] }>
}>('training/cost-by-rows.js')
const { compareThreads } = await moduleOf<{
  compareThreads: (
    workload: object,
    settings: object,
  ) => Promise<{ examplesPerSecond: object; step: Calibrated; products: Calibrated; quotient: Calibrated }>
}>('training/compare-threads.js')
const { openWorkload } = await moduleOf<{ openWorkload: (workload: object, cache: string) => object }>(
  'training/workloads.js',
)
const { openCalibration } = await moduleOf<{ openCalibration: () => Promise<() => Promise<number>> }>('statistics.js')
const { curvesSvg } = await moduleOf<{ curvesSvg: (curves: object[], axes: object) => string }>('curves-svg.js')

const home = mkdtempSync(join(tmpdir(), 'bench-growth-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

const source = {
  kind: 'generated',
  seed: 1,
  zipfExponent: 1.05,
  numbers: 2,
  columns: { a: 300, b: 7 },
  lists: {},
  crosses: [['a', 'b']],
  crossBuckets: 500,
}
const tiny = {
  name: 'tiny',
  batchSize: 256,
  examples: 2560,
  heldOut: 256,
  threads: 2,
  source,
  model: {
    wide: { columns: 'all', optimizer: { name: 'ftrl', learningRate: 0.05 } },
    deep: { embedding: 4, hidden: [8], optimizer: { name: 'adagrad', learningRate: 0.05 } },
  },
  lossReduction: 'sum',
}
const settings = { calibrate: await openCalibration(), say: () => undefined }

describe('rows that are drawn', () => {
  it('are the same in one piece and in many, by one thread and by more', async () => {
    const [one, two] = [openDrawers(source, 1), openDrawers(source, 2)]
    const [whole] = await one.draw('train', 40, 60, 1)
    const pieces = await two.draw('train', 40, 20, 3)
    await Promise.all([one.close(), two.close()])
    expect(pieces.flatMap(({ ids }) => [...(ids['a-b'] ?? [])])).toEqual([...(whole?.ids['a-b'] ?? [])])
    expect(pieces.flatMap(({ numbers }) => [...numbers])).toEqual([...(whole?.numbers ?? [])])
    expect(pieces.flatMap(({ labels }) => [...labels])).toEqual([...(whole?.labels ?? [])])
    expect(whole?.numbers).toHaveLength(120)
  })
})

describe('what an example costs', () => {
  it('is told of every part of a training, each row seen once', async () => {
    const { points, spread } = await costByExamples(tiny, { ...settings, millions: 3, blocks: 2 })
    expect(points.map(({ examples }) => examples)).toEqual([12_800, 25_600, 38_400])
    for (const { microseconds, processorMicroseconds } of points) {
      expect(microseconds).toBeGreaterThan(0)
      expect(processorMicroseconds).toBeGreaterThan(0)
    }
    expect(spread).toBeGreaterThanOrEqual(1)
  })

  it('is told of tables of every size, beside visits of the same rows', async () => {
    const { points } = await costByRows(tiny, { ...settings, rowCounts: [307, 3070], seconds: 0.01 })
    expect(points.map(({ tableRows }) => tableRows)).toEqual([307, 3070])
    for (const point of points) {
      const { zipf = 0, zipfRows = 0, zipfDistinct = 0, uniform = 0, uniformRows = 0, uniformDistinct = 0 } = point
      expect(Math.min(zipfRows, uniformRows)).toBeGreaterThan(0)
      expect(zipf).toBeGreaterThan(zipfRows)
      expect(uniform).toBeGreaterThan(uniformRows)
      // Three columns; uniform ids repeat less.
      expect(uniformDistinct).toBeLessThan(3)
      expect(uniformDistinct).toBeGreaterThan(zipfDistinct)
    }
  })
})

describe('visits of rows', () => {
  it('read what a step reads, and leave it as it is', async () => {
    const engine = await openEngine({ ...tiny, columns: columnsOf(source), numberCount: 2, settings: {} })
    const drawers = openDrawers(source, 1)
    const [rows] = await drawers.draw('train', 0, 512, 1)
    await drawers.close()
    if (!rows) throw new Error('no rows')
    await engine.step(rows, 0)
    await engine.settle()
    const tables = [...engine.state.tables.values()].flatMap(({ shards }) => shards)
    const before = tables.map((table) => Float32Array.from(table.rows))
    const sum = visitRows(engine, rows, 256)
    expect(tables.map((table) => Float32Array.from(table.rows))).toEqual(before)
    await engine.close()
    // Rows of four weights and their state are less than a cache line: the first number of each is all.
    let expected = 0
    for (const { table, column } of [...engine.layout.wide.parts, ...engine.layout.deep.parts]) {
      const { rows: values, rowFloats } = engine.state.tables.get(table)?.shards[0] ?? { rows: [], rowFloats: 0 }
      for (const id of rows.ids[column] ?? []) expected += values[id * rowFloats] ?? Number.NaN
    }
    expect(sum).toBeCloseTo(expected, 6)
  })
})

describe('two threads beside one', () => {
  it('are compared with as many threads of bare products', async () => {
    const workload = openWorkload(tiny, home)
    const found = await compareThreads(workload, { ...settings, seconds: 0.05, scores: join(home, 'scores') })
    expect(Object.keys(found.examplesPerSecond)).toEqual(['step 1', 'products 1', 'step 2', 'products 2'])
    const [[step], [products], [quotient, lower, upper]] = [found.step, found.products, found.quotient]
    expect(quotient).toBeCloseTo(step / products, 9)
    expect(lower).toBeLessThanOrEqual(quotient)
    expect(upper).toBeGreaterThanOrEqual(quotient)
  })
})

describe('a picture of curves', () => {
  const places = (svg: string): number[][] =>
    [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])

  it('has its points between the axes, which begin and end at a tick', () => {
    const svg = curvesSvg(
      [
        { name: 'up', points: [{ x: 1, y: 3 }, { x: 5, y: 18 }] },
        { name: 'level', points: [{ x: 3, y: 8 }] },
      ],
      { x: { label: 'millions' }, y: { label: 'µs', from: 0 } },
    ) // prettier-ignore
    // 0 to 18 in steps of 2 over 360 units of height, 1 to 5 over 632 of width.
    expect(places(svg)).toEqual([[64, 324], [696, 24], [380, 224]]) // prettier-ignore
    for (const words of ['millions', 'µs', 'up', 'level', '>18<', '>0<']) expect(svg).toContain(words)
  })

  it('names its curves where no point lies', () => {
    const heightOf = (svg: string): number => Number(/y="([\d.]+)"[^>]*>low</.exec(svg)?.[1])
    const draw = (...levels: number[]): string =>
      curvesSvg(
        [{ name: 'low', points: levels.map((y, at) => ({ x: at, y })) }],
        { x: { label: '' }, y: { label: '', from: 0 } },
      ) // prettier-ignore
    const [bottom, middle, top] = [draw(10, 10), draw(10, 10, 1, 10), draw(0, 0, 1, 5, 10)].map(heightOf)
    expect(bottom).toBeGreaterThan(350)
    expect(middle).toBeLessThan(250)
    expect(top).toBeLessThan(80)
  })

  it('has powers of ten on a logarithmic axis', () => {
    const svg = curvesSvg([{ name: 'a', points: [1e5, 1e6, 2e7].map((x) => ({ x, y: 1 + x / 1e8 })) }], {
      x: { label: 'rows', isLogarithmic: true },
      y: { label: '' },
    })
    for (const name of ['>100,000<', '>1,000,000<', '>10,000,000<']) expect(svg).toContain(name)
    const [[first = 0], [second = 0], [third = 0]] = places(svg) as [number[], number[], number[]]
    expect((third - second) / (second - first)).toBeCloseTo(Math.log10(20), 2)
  })
})
