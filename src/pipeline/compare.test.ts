/**
 * A planted data set in which memorisation and generalisation are both needed, and neither part can do the other's work.
 *
 * The logit of a row is the sum of two effects of independent, uniformly drawn columns:
 * - shop × day: each of 40 × 40 pairs has a coin flip of its own. Nothing about a shop or a day says anything about the
 *   pair, so there is nothing to generalise; but training has each pair about eight times, so a cross can memorise it. Not
 *   so the deep part: 1,600 independent flips do not go through embeddings of 4 numbers and 16 hidden units.
 * - user × item: taste times kind, of rank one. Training shows only a quarter of the 60 × 60 pairs, so three in four
 *   validation rows have a pair whose cross is out-of-vocabulary, although the cross is declared; but each user and each
 *   item is known from two hundred rows, so embeddings extend to pairs never seen. (Tastes and kinds are not centred: a
 *   product of centred factors is a saddle point on which one training in three stayed.)
 * Both crosses are declared, every part sees every column, labels are drawn from the logit.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../base/index.js'
import type { Config } from '../features/index.js'
import { categorical, cross } from '../features/index.js'
import { compareModels } from './compare.js'
import type { CompareOptions, CompareResult } from './compare.js'
import type { LoadedConfig } from './config-file.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-compare-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

const flip = (...key: (string | number)[]): number => (randomUniform(randomKey(7, ...key), 0) < 0.5 ? -1 : 1)
const isShown = (user: number, item: number): boolean => randomUniform(randomKey(7, 'shown', user), item) < 0.25

function plantedRow(row: number, split: 'train' | 'validation'): string {
  const key = randomKey(11, split, row)
  const [shop, day] = [randomInteger(key, 0, 40), randomInteger(key, 1, 40)]
  let [user, item] = [randomInteger(key, 2, 60), randomInteger(key, 3, 60)]
  for (let draw = 4; split === 'train' && !isShown(user, item); draw += 2)
    [user, item] = [randomInteger(key, draw, 60), randomInteger(key, draw + 1, 60)]
  const logit = 2 * flip('pair', shop, day) + 2 * (flip('taste', user) + 0.4) * (flip('kind', item) + 0.4)
  const label = randomUniform(key, 1000) < 1 / (1 + Math.exp(-logit)) ? 1 : 0
  return [split, label, `s${String(shop)}`, `d${String(day)}`, `u${String(user)}`, `i${String(item)}`].join(',')
}

const config: Config = {
  data: { examples: 'rows.csv', label: { column: 'label' }, split: { by: 'column', column: 'split' } },
  features: { shop: categorical(), day: categorical(), user: categorical(), item: categorical() },
  model: {
    wide: [cross('shop', 'day'), cross('user', 'item')],
    deep: { embedding: 4, hidden: [16], embeddingDeviation: 0.3, optimizer: { name: 'adagrad', learningRate: 0.1 } },
  },
  training: { batchSize: 256, epochs: 6, patience: 3, threads: 1 },
}

beforeAll(() => {
  const rows = (count: number, split: 'train' | 'validation'): string[] =>
    Array.from({ length: count }, (_, row) => plantedRow(row, split))
  const lines = ['split,label,shop,day,user,item', ...rows(12_800, 'train'), ...rows(2000, 'validation')]
  writeFileSync(join(directory, 'rows.csv'), `${lines.join('\n')}\n`)
})

const loadedAs = (name: string, own: Config = config): LoadedConfig => ({
  config: own,
  directory,
  path: join(directory, `${name}.config.ts`),
})
const short: Config = { ...config, training: { ...config.training, epochs: 1 } }

function summaryOf(models: CompareResult['models'], name: string): { mean: number; deviation: number } {
  const auc = models.find((model) => model.name === name)?.summary['auc']
  if (!auc) throw new Error(`no auc of ${name}`)
  return auc
}

describe('compareModels on the planted data', () => {
  const out = join(directory, 'planted')
  let result: CompareResult

  beforeAll(async () => {
    result = await compareModels([loadedAs('planted')], { out, seedCount: 3, pairs: ['user', 'item'] })
    // Nine trainings take ten seconds; a machine that does much else at once takes longer.
  }, 180_000)

  it('finds joint training better than wide alone and than deep alone, seeds and intervals apart', () => {
    const joint = summaryOf(result.models, 'joint')
    for (const name of ['wide', 'deep']) {
      const part = summaryOf(result.models, name)
      expect(joint.mean - 2 * joint.deviation, name).toBeGreaterThan(part.mean + 2 * part.deviation)
      const difference = result.differences.find(({ model, reference }) => model === 'joint' && reference === name)
      expect(difference, name).toMatchObject({ verdict: 'better' })
      expect(difference?.low, name).toBeGreaterThan(0.03)
      expect(difference?.value, name).toBeCloseTo(joint.mean - part.mean, 12)
    }
  })

  it('shows where: on pairs never seen the wide part has only what it memorised of the others', () => {
    const slices = result.slices?.slices ?? []
    const [never, , often] = slices.map(({ models }) => (name: string) => {
      return models.find((model) => model.name === name)?.summary['auc']?.mean ?? NaN
    })
    expect((never?.('joint') ?? 0) - (never?.('wide') ?? 0)).toBeGreaterThan(0.1)
    expect((often?.('joint') ?? 0) - (often?.('wide') ?? 0)).toBeLessThan(0.05)
  })

  it('cuts the rows where a count over the file cuts them', () => {
    const lines = readFileSync(join(directory, 'rows.csv'), 'utf8').trim().split('\n').slice(1)
    const pairs = lines.map((line) => line.split(','))
    const counts = new Map<string, number>()
    for (const [split, , , , user, item] of pairs)
      if (split === 'train') counts.set(`${user} ${item}`, (counts.get(`${user} ${item}`) ?? 0) + 1)
    const seen = pairs.flatMap(([split, , , , user, item]) =>
      split === 'validation' ? [counts.get(`${user} ${item}`) ?? 0] : [],
    )
    const expected = [seen.filter((n) => n === 0), seen.filter((n) => n > 0 && n < 10), seen.filter((n) => n >= 10)]
    expect(result.slices?.slices.map(({ rows }) => rows)).toEqual(expected.map(({ length }) => length))
    expect(Math.min(...expected.map(({ length }) => length))).toBeGreaterThan(25)
  })

  it('counts parameters: the ensemble has those of its members', () => {
    const [wide, deep, , ensemble] = result.models.map(({ parameterCount }) => parameterCount)
    expect(ensemble).toBe((wide ?? 0) + (deep ?? 0))
    // Four tables of 40 + 40 + 60 + 60 tokens (and two rows more each) of 4 numbers; 16 → 16 hidden units, their biases, the logit.
    expect(deep).toBe(4 * (200 + 8) + 16 * 16 + 16 + 16 + 1)
  })

  it('trains nothing again: the same comparison from the records is the same', async () => {
    const found: boolean[] = []
    const again = await compareModels([loadedAs('planted')], {
      out,
      seedCount: 3,
      pairs: ['user', 'item'],
      onFinished: (_training, _record, isFound) => found.push(isFound),
    })
    // Nine trainings and not fifteen: the ensemble's members are the wide and the deep model.
    expect(found).toEqual(Array.from({ length: 9 }, () => true))
    expect(again).toEqual(result)
  })
})

describe('compareModels', () => {
  it('stopped in mid-run and begun again, gives what it would have given', async () => {
    const options = { seedCount: 1, parts: ['wide', 'joint'] }
    const stop = new AbortController()
    let last = 0
    const stopped = compareModels([loadedAs('stopped', short)], {
      ...options,
      out: join(directory, 'stopped'),
      signal: stop.signal,
      onEvent: (training, event) => {
        if (training.number !== 2 || event.kind !== 'step') return
        last = event.step
        if (last === 20) stop.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'PIPELINE_COMPARE_INTERRUPTED' })
    const steps: number[] = []
    const resumed = await compareModels([loadedAs('stopped', short)], {
      ...options,
      out: join(directory, 'stopped'),
      onEvent: (_, event) => void (event.kind === 'step' && steps.push(event.step)),
    })
    // A step may have been under way.
    expect([20, 21]).toContain(last)
    expect(steps[0]).toBe(last + 1)
    const never = await compareModels([loadedAs('stopped', short)], { ...options, out: join(directory, 'never') })
    expect({ ...resumed, out: '' }).toEqual({ ...never, out: '' })
  })

  it('climbs the ladder of crosses; deep members are trained once for all rungs', async () => {
    const names: string[] = []
    const { ladders } = await compareModels([loadedAs('ladder', short)], {
      out: join(directory, 'ladder'),
      seedCount: 1,
      parts: ['joint'],
      crosses: ['all', 0, 9],
      onFinished: ({ name }) => names.push(name),
    })
    expect(names).toHaveLength(5)
    expect(ladders[0]?.models.map(({ part, crosses }) => [part, crosses])).toEqual([
      ['joint', 0],
      ['ensemble', 0],
      ['joint', 2],
      ['ensemble', 2],
    ])
    const [joint0, , joint2] = ladders[0]?.models ?? []
    expect(joint2?.parameterCount).toBeGreaterThan((joint0?.parameterCount ?? 0) + 2000)
    expect(ladders[0]?.differences.map(({ model, reference }) => `${model} | ${reference}`)).toEqual([
      'joint, 0 crosses | ensemble, 0 crosses',
      'joint, 0 crosses | joint, 2 crosses',
      'ensemble, 0 crosses | ensemble, 2 crosses',
      'joint, 2 crosses | ensemble, 2 crosses',
    ])
  })

  it('compares configs on one preparation, whatever crosses they declare', async () => {
    const fewer: Config = { ...short, model: { ...short.model, wide: [cross('user', 'item')] } }
    const out = join(directory, 'configs')
    const { models, differences } = await compareModels([loadedAs('both', short), loadedAs('fewer', fewer)], {
      out,
      seedCount: 1,
    })
    expect(readdirSync(join(out, 'prepared'))).toHaveLength(1)
    expect(models.map(({ name, crosses }) => [name, crosses])).toEqual([
      ['both', 2],
      ['fewer', 1],
    ])
    expect(differences).toMatchObject([{ model: 'fewer', reference: 'both' }])
  })

  it('refuses what cannot be compared', async () => {
    const other: Config = { ...short, data: { ...short.data, label: { column: 'shop', positive: ['s1'] } } }
    const out = join(directory, 'refused')
    const refusal = async (options: CompareOptions, others: LoadedConfig[] = []): Promise<unknown> =>
      compareModels([loadedAs('planted', short), ...others], { out, ...options }).catch((error: unknown) => error)
    expect(await refusal({}, [loadedAs('other', other)])).toMatchObject({ code: 'PIPELINE_COMPARE_ROWS_DIFFER' })
    expect(await refusal({ split: 'test' })).toMatchObject({ code: 'PIPELINE_COMPARE_SPLIT_EMPTY' })
    expect(await refusal({ parts: ['wild'] })).toMatchObject({ code: 'PIPELINE_COMPARE_PART_UNKNOWN' })
    expect(await refusal({ pairs: ['user', 'itme'] })).toMatchObject({ code: 'PIPELINE_COMPARE_PAIR_INVALID' })
    expect(await refusal({ metric: 'rmse' })).toMatchObject({ code: 'PIPELINE_METRIC_UNKNOWN' })
    expect(await refusal({ metric: 'groupedAuc' })).toMatchObject({ code: 'PIPELINE_METRIC_UNKNOWN' })
  })
})
