/** Scripts that kill a process again and again, and say in one line of JSON what they found. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** Runs a script of `scripts/` for so many kills; it must find no failure, and say nothing else. */
export function killed<T>(script: string, kills: number, ...more: string[]): T {
  const file = fileURLToPath(new URL(`../scripts/${script}`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, String(kills), ...more], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as T
  expect(result).toMatchObject({ kills, failures: 0 })
  expect(status).toBe(0)
  return result
}
