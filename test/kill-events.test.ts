/** `kill -9` at random instants. A hundred of them: `node scripts/kill-events.js 100`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../scripts/kill-events.js', import.meta.url))

it('finds every acknowledged event in the log exactly once, and applied exactly once, after every kill of its writer', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '10'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as { kills: number; failures: number; acknowledged: number; duplicates: number }
  expect(result).toMatchObject({ kills: 10, failures: 0 })
  expect(result.acknowledged).toBeGreaterThan(100)
  expect(result.duplicates).toBeGreaterThan(10)
  expect(status).toBe(0)
})
