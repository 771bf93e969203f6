import { describe, expect, it } from 'vitest'
import { vocabularyColumn } from './columns/vocabulary-column.js'

const count = 20_000_000
const perChunk = 100_000

async function* chunks(): AsyncGenerator<{ tokens: string[]; counts: Float64Array }> {
  for (let first = 0; first < count; first += perChunk) {
    const tokens = Array.from({ length: perChunk }, (_, i) => `token-${String(first + i)}`)
    yield { tokens, counts: new Float64Array(perChunk).fill(1) }
  }
}

describe('a vocabulary of twenty million tokens (past the end of a JavaScript Map)', () => {
  it('is learned, compiled and finds its tokens', async () => {
    const declaration = { kind: 'vocabulary', minCount: 1, vocabularyBudget: 50_000_000 } as const
    const state = await vocabularyColumn.learn(declaration, { kind: 'tokens', chunks: chunks(), missingCount: 0 })
    expect(state.json['tokens']).toBe(count)
    const encoder = vocabularyColumn.compile(declaration, state)
    const ids: number[] = []
    for (const token of ['token-0', 'token-19999999', 'token-20000000', 'token-12345678'])
      encoder.appendIds?.(token, ids, [])
    expect(ids).toEqual([2, 20_000_001, 1, 12_345_680])
  }, 600_000)
})
