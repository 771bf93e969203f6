import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Config } from '../features/index.js'
import { categorical, cross, list, numeric } from '../features/index.js'
import { createBatches, encodeFiles, openPrepared, prepare, readCatalogue } from './index.js'

const data = join(import.meta.dirname, '..', '..', '..', 'shared', 'data')
const out = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
afterAll(() => {
  rmSync(out, { recursive: true, force: true })
})

const has = (name: string): boolean => existsSync(join(data, name))

const contextNames = ['daytime', 'weekday', 'isweekend', 'homework', 'cost', 'weather', 'country', 'city']
const frappe: Config = {
  data: {
    examples: 'frappe/train.csv',
    validation: 'frappe/valid.csv',
    label: { column: 'label' },
    user: 'user',
    item: 'item',
  },
  features: {
    user: { user: categorical() },
    item: { item: categorical() },
    context: Object.fromEntries(contextNames.map((name) => [name, categorical()])),
  },
}

describe('preparation of real data', () => {
  it.skipIf(!has('frappe/train.csv'))(
    'prepares Frappe (data: frappe/train.csv) and gives batches in a millisecond',
    async () => {
      const outDirectory = join(out, 'frappe')
      const result = await prepare({ config: frappe, configDirectory: data, outDirectory })
      expect(result).toMatchObject({
        isUnchanged: false,
        rows: { train: 202_027, validation: 57_722, test: 0 },
        warnings: [],
      })
      const prepared = openPrepared(outDirectory)
      const train = prepared.split('train')
      let rows = 0
      let positives = 0
      const started = performance.now()
      for await (const batch of createBatches(train, { batchSize: 4096, seed: 1, epoch: 0, shuffle: true })) {
        rows += batch.rowCount
        for (const label of batch.labels) positives += label
      }
      expect([rows, positives]).toEqual([202_027, 67_604])
      expect(performance.now() - started).toBeLessThan(5000)
      expect((await train.groups())?.length).toBe(202_027)
      expect((await train.positives()).places.length).toBe(67_604)
      prepared.close()
    },
  )

  it.skipIf(!has('adult/adult.data'))(
    'prepares Adult (data: adult/adult.data) with labels that end in a full stop in the test file',
    async () => {
      const names =
        'age workclass fnlwgt education education_num marital_status occupation relationship race sex capital_gain capital_loss hours_per_week native_country income'
      const config: Config = {
        data: {
          examples: 'adult/adult.data',
          test: 'adult/adult.test',
          format: { header: false, null: '?', columns: names.split(' ') },
          label: { column: 'income', positive: ['>50K', '>50K.'] },
          split: { by: 'random', validation: 0.1, seed: 1 },
        },
        features: {
          age: numeric({ normalize: 'quantiles' }),
          occupation: categorical(),
          education: categorical(),
          capital_gain: numeric({ normalize: 'log' }),
        },
        model: { wide: [cross('education', 'occupation')] },
      }
      const outDirectory = join(out, 'adult')
      const { rows, warnings } = await prepare({ config, configDirectory: data, outDirectory })
      expect(warnings).toEqual([])
      expect(rows['test']).toBe(16_281)
      expect((rows['train'] ?? 0) + (rows['validation'] ?? 0)).toBe(32_561)
      expect(rows['validation']).toBeGreaterThan(3000)
      const prepared = openPrepared(outDirectory)
      const test = await prepared.split('test').readBlock(0, 16_281)
      expect(test.labels.reduce((sum, label) => sum + label, 0)).toBe(3846)
      const encoded = await encodeFiles({
        config,
        configDirectory: data,
        state: prepared.featureState,
        files: ['adult/adult.test'],
      })
      expect(await encoded.dataset.readBlock(0, 16_281)).toEqual(test)
      await encoded.close()
      prepared.close()
    },
  )

  it.skipIf(!has('movielens-100k/u.data'))(
    'prepares MovieLens 100K (data: movielens-100k/u.data) with joins, histories and a split by time',
    async () => {
      const genres =
        'unknown action adventure animation children comedy crime documentary drama fantasy film_noir horror musical mystery romance sci_fi thriller war western'
      const config: Config = {
        data: {
          examples: 'movielens-100k/u.data',
          format: { delimiter: '\t', header: false, columns: ['user', 'movie', 'rating', 'timestamp'] },
          join: [
            {
              from: 'movielens-100k/u.user',
              on: 'user',
              format: { delimiter: '|', header: false, columns: ['user', 'age', 'sex', 'occupation', 'zip'] },
            },
            {
              from: 'movielens-100k/u.item',
              on: 'movie',
              format: {
                delimiter: '|',
                encoding: 'latin-1',
                header: false,
                columns: ['movie', 'title', 'released', 'video', 'imdb', ...genres.split(' ')],
              },
            },
          ],
          label: { column: 'rating', atLeast: 4 },
          split: { by: 'time', validation: 0.1, test: 0.1 },
          user: 'user',
          item: 'movie',
          time: 'timestamp',
          title: 'title',
          history: { liked: { of: 'movie', where: { column: 'rating', atLeast: 4 }, last: 20 } },
        },
        features: {
          user: {
            user: categorical(),
            age: numeric({ normalize: 'quantiles' }),
            occupation: categorical(),
            liked: list(categorical({ sharedWith: 'movie' })),
          },
          item: { movie: categorical(), action: categorical() },
        },
        model: { wide: [cross('liked', 'movie', { minCount: 5 }), cross('occupation', 'movie', { minCount: 3 })] },
      }
      const outDirectory = join(out, 'movielens')
      const { rows, warnings } = await prepare({ config, configDirectory: data, outDirectory })
      expect(warnings).toEqual([])
      expect(Object.values(rows).reduce((sum, count) => sum + count, 0)).toBe(100_000)
      expect(rows['test']).toBeGreaterThanOrEqual(10_000)
      expect(rows['test']).toBeLessThan(10_200)
      const prepared = openPrepared(outDirectory)
      const { time: trainTime } = await prepared.split('train').keys()
      const { time: validationTime } = await prepared.split('validation').keys()
      expect(trainTime.reduce((a, b) => Math.max(a, b))).toBeLessThan(validationTime.reduce((a, b) => Math.min(a, b)))
      const { items, users } = await readCatalogue(outDirectory)
      expect([items.length, users.length]).toEqual([1682, 943])
      expect(items.map(({ title }) => title)).toContain('Misérables, Les (1995)')
      expect(users.every(({ features }) => !Array.isArray(features['liked']) || features['liked'].length <= 20)).toBe(
        true,
      )
      prepared.close()
    },
  )
})
