/** `kill -9` at random instants. A thousand of them: `node scripts/kill-registry.js 1000`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../scripts/kill-registry.js', import.meta.url))

it('finds the registry whole after every kill of a writer, and all that was acknowledged in it', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '15'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as { kills: number; failures: number; during: Record<string, number> }
  expect(result).toMatchObject({ kills: 15, failures: 0 })
  expect(Object.values(result.during).reduce((sum, count) => sum + count, 0)).toBe(15)
  expect(status).toBe(0)
})
