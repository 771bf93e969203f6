/** `kill -9` at random instants. A hundred of them: `node scripts/kill-events.js 100`. */
import { expect, it } from 'vitest'
import { killed } from './kill-script.js'

it('finds every acknowledged event in the log exactly once, and applied exactly once, after every kill of its writer', () => {
  const result = killed<{ acknowledged: number; duplicates: number }>('kill-events.js', 30)
  expect(result.acknowledged).toBeGreaterThan(100)
  expect(result.duplicates).toBeGreaterThan(10)
}, 180_000)
