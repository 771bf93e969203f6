/** `kill -9` at random instants. A thousand of them: `node scripts/kill-registry.js 1000`. */
import { expect, it } from 'vitest'
import { killed } from './kill-script.js'

it('finds the registry whole after every kill of a writer, and all that was acknowledged in it', () => {
  const result = killed<{ during: Record<string, number> }>('kill-registry.js', 50)
  expect(Object.values(result.during).reduce((sum, count) => sum + count, 0)).toBe(50)
}, 180_000)
