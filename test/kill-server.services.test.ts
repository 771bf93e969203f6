/** `kill -9` of the server at random instants. A hundred of them: `node scripts/kill-server.js 100`. */
import { expect, it } from 'vitest'
import { killed } from './kill-script.js'

it('finds every acknowledged event in the log exactly once, and in answers, after every kill of the server', () => {
  const result = killed<{ acknowledged: number; lists: number }>('kill-server.js', 10, '500')
  expect(result.acknowledged).toBeGreaterThan(20)
  expect(result.lists).toBeGreaterThan(0)
}, 180_000)
