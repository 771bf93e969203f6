/** Labels that are classes, or lists of them: what is learned, how rows are numbered, what counts as liked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../features/index.js'
import { categorical } from '../features/index.js'
import { openPrepared, prepare, readCatalogue } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-labels-'))
let directory = root
beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'))
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

interface Prepared {
  readonly classes: readonly string[]
  readonly labels: readonly number[]
  readonly liked: readonly string[]
  readonly positives: readonly number[]
  readonly seen: readonly string[]
  readonly warnings: readonly string[]
}

/** Prepares labels, one row each of one user and an item of its own; the last `testCount` are the test split. */
async function prepared(
  labels: readonly unknown[],
  label: Partial<NonNullable<Config['data']['label']>>,
  options: { head?: 'multiclass' | 'multilabel'; testCount?: number; badRows?: number } = {},
): Promise<Prepared> {
  const { head = 'multiclass', testCount = 0, badRows = 0 } = options
  const line = (y: unknown, index: number): string =>
    JSON.stringify({
      y,
      user: 'u',
      item: `i${String(index)}`,
      part: index < labels.length - testCount ? 'train' : 'test',
    })
  writeFileSync(join(directory, 'rows.ndjson'), `${labels.map(line).join('\n')}\n`)
  const config: Config = {
    data: {
      examples: 'rows.ndjson',
      format: { type: 'ndjson', badRows },
      label: { column: 'y', ...label },
      split: { by: 'column', column: 'part' },
      user: 'user',
      item: 'item',
    },
    features: { item: { item: categorical() } },
    model: { head },
    training: { validationShare: 0 },
  }
  const outDirectory = join(directory, 'prepared')
  const { warnings } = await prepare({ config, configDirectory: directory, outDirectory })
  const data = openPrepared(outDirectory)
  const train = data.split('train')
  const block = await train.readBlock(0, train.rowCount)
  const positives = await train.positives()
  const liked = Array.from(positives.items, (item) => positives.itemKeys[item] ?? '')
  data.close()
  const { items, users } = await readCatalogue(outDirectory)
  return {
    classes: data.featureState.labels ?? [],
    labels: Array.from(block.labels),
    liked,
    positives: items.map(({ positives }) => positives),
    seen: users[0]?.seen ?? [],
    warnings,
  }
}

describe('classes of a multi-class label', () => {
  it('are those of the training split, texts by their characters', async () => {
    const { classes, labels } = await prepared(['b', 'C', 'b', ' a '], {})
    expect(classes).toEqual(['C', 'a', 'b'])
    expect(labels).toEqual([2, 0, 2, 1])
  })

  it('are sorted by size where all are numbers, and 2.0 is 2; what is above 0 is liked, and every row is an act', async () => {
    const { classes, labels, liked, positives, seen } = await prepared([10, 2, 0, -1, 2.5], {})
    expect(classes).toEqual(['-1', '0', '2', '2.5', '10'])
    expect(labels).toEqual([4, 2, 1, 0, 3])
    expect(liked).toEqual(['i0', 'i1', 'i4'])
    expect(positives).toEqual([1, 1, 0, 0, 1])
    expect(seen).toHaveLength(5)
  })

  it('keep the order that is declared, also those without a row, and the positive one alone is liked', async () => {
    const { classes, labels, liked, seen } = await prepared(['b', 'a', 'b'], {
      classes: ['c', 'b', 'a'],
      positiveLabel: 'a',
    })
    expect(classes).toEqual(['c', 'b', 'a'])
    expect(labels).toEqual([1, 2, 1])
    expect(liked).toEqual(['i1'])
    expect(seen).toEqual(['i1'])
  })

  it('that a test row has alone are bad input: refused, or left out with a warning', async () => {
    const labels = ['a', 'b', 'a', 'z']
    await expect(prepared(labels, {}, { testCount: 1 })).rejects.toMatchObject({
      code: 'DATA_ROWS_BAD',
      message: expect.stringContaining('rows.ndjson, row 4: the label y is "z"') as string,
    })
    const { warnings, classes } = await prepared(labels, {}, { testCount: 1, badRows: 0.3 })
    expect(classes).toEqual(['a', 'b'])
    expect(warnings.join()).toMatch(/1 rows were left out.*"z"/)
  })

  it('must be two, and every row must have one', async () => {
    await expect(prepared(['a', 'a'], {})).rejects.toMatchObject({ code: 'DATA_LABEL_CLASSES_FEW' })
    await expect(prepared(['a', null, 'b'], {})).rejects.toMatchObject({ code: 'DATA_LABEL_INVALID' })
  })
})

describe('a multi-label label', () => {
  const multilabel = { head: 'multilabel' } as const

  it('is one 0 or 1 for each label, of lists or of texts, and a row may have none', async () => {
    const lists = await prepared([['b', 'a'], [], ['a'], null], {}, multilabel)
    expect(lists.classes).toEqual(['a', 'b'])
    expect(lists.labels).toEqual([1, 1, 0, 0, 1, 0, 0, 0])
    const texts = await prepared(['b; a', '', 'a', null], { separator: ';' }, multilabel)
    expect(texts.labels).toEqual(lists.labels)
    expect(texts.liked).toEqual(['i0', 'i2'])
    expect(texts.seen).toEqual(['i0', 'i2'])
  })

  it('is liked by its positive label where there is one', async () => {
    const { liked, positives } = await prepared(['a|b', 'a', 'b'], { positiveLabel: 'b' }, multilabel)
    expect(liked).toEqual(['i0', 'i2'])
    expect(positives).toEqual([1, 0, 1])
  })

  it('loses a name that is no label, with a warning, and keeps the row', async () => {
    const labels = ['a|b', 'a|x', 'b']
    const declared = { classes: ['a', 'b'] }
    const { labels: numbers, warnings } = await prepared(labels, declared, { ...multilabel, badRows: 0.5 })
    expect(numbers).toEqual([1, 1, 1, 0, 0, 1])
    expect(warnings.join()).toMatch(/1 cells count as missing/)
    await expect(prepared(labels, declared, multilabel)).rejects.toMatchObject({ code: 'DATA_ROWS_BAD' })
  })
})
