import { describe, expect, it } from 'vitest'
import type { ColumnState, Statistics } from './column.js'
import { vocabularyColumn } from './columns/vocabulary-column.js'
import { compileCross, growCross, learnCross } from './cross.js'
import { cross } from './declare.js'
import { SeenCounts } from './seen-counts.js'

async function* chunksOf<T>(...chunks: T[]): AsyncIterable<T> {
  yield* chunks
}

const vocabulary = { kind: 'vocabulary', minCount: 2, vocabularyBudget: 3 } as const
const tokens = (...parts: [token: string, count: number][][]): Statistics => ({
  kind: 'tokens',
  chunks: chunksOf(
    ...parts.map((part) => ({ tokens: part.map(([token]) => token), counts: part.map(([, count]) => count) })),
  ),
  missingCount: 0,
})
const tokenCounts = (state: ColumnState): (number | undefined)[] => {
  const { seenOf } = vocabularyColumn.compile(vocabulary, state)
  return [0, 1, 2, 3, 4, 5].map((id) => seenOf?.(id))
}

describe('what training saw', () => {
  it('is counted by token, and anew over all days', async () => {
    const first = await vocabularyColumn.learn(
      vocabulary,
      tokens(
        [
          ['a', 9],
          ['b', 3],
        ],
        [['c', 1]],
      ),
    )
    expect(tokenCounts(first)).toEqual([undefined, undefined, 9, 3, undefined, undefined])
    const grown = await vocabularyColumn.grow?.(
      vocabulary,
      tokens(
        [['a', 10]],
        [
          ['c', 4],
          ['b', 3],
          ['d', 2],
        ],
      ),
      first,
    )
    // c comes behind a and b; d is beyond the budget.
    expect(grown && tokenCounts(grown)).toEqual([undefined, undefined, 10, 3, 4, undefined])
  })

  it('is counted by tuple, and anew over all days', async () => {
    const declaration = cross('a', 'b')
    const first = await learnCross(declaration, {
      chunks: chunksOf(
        { tuples: Int32Array.of(2, 2, 2, 3), counts: [8, 5] },
        { tuples: Int32Array.of(3, 3, 4, 4), counts: [2, 1] },
      ),
    })
    const countsOf = (state: ColumnState): (number | undefined)[] =>
      [1, 2, 3, 4, 5, 6].map((id) => compileCross(declaration, state, false).seenOf(id))
    expect(countsOf(first)).toEqual([undefined, 8, 5, 2, undefined, undefined])
    const grown = await growCross(
      declaration,
      { chunks: chunksOf({ tuples: Int32Array.of(2, 3, 2, 2, 4, 4, 5, 2, 3, 3), counts: [11, 8, 6, 3, 2] }) },
      first,
    )
    expect(countsOf(grown)).toEqual([undefined, 8, 11, 2, 6, 3])
  })

  it('is not known of states of before', async () => {
    const { json, arrays } = await vocabularyColumn.learn(vocabulary, tokens([['a', 9]]))
    const { counts: _, ...before } = arrays
    expect(tokenCounts({ json, arrays: before }).every((count) => count === undefined)).toBe(true)
  })

  it('is 0 where nothing was set, at most what 32 bits hold, and grows', () => {
    const seen = new SeenCounts()
    seen.set(5000, 7)
    seen.set(1, 2 ** 40)
    const counts = seen.array(5002)
    expect([counts[0], counts[1], counts[5000], counts[5001], counts.length]).toEqual([0, 2 ** 31 - 1, 7, 0, 5002])
    expect([...seen.array(2)]).toEqual([0, 2 ** 31 - 1])
  })
})
