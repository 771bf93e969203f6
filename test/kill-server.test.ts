/** `kill -9` of the server at random instants. A hundred of them: `node scripts/kill-server.js 100`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../scripts/kill-server.js', import.meta.url))

it('finds every acknowledged event in the log exactly once, and in answers, after every kill of the server', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '2', '500'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as { kills: number; failures: number; acknowledged: number; lists: number }
  expect(result).toMatchObject({ kills: 2, failures: 0 })
  expect(result.acknowledged).toBeGreaterThan(20)
  expect(result.lists).toBeGreaterThan(0)
  expect(status).toBe(0)
}, 120_000)
