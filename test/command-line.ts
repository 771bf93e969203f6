/** The real command line, for tests that run whole jobs. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export const launcher = fileURLToPath(new URL('../bin/widedeep.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in a directory, without the data of the machine. */
export function widedeepIn(cwd: string, args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, WIDEDEEP_DATA: '' },
  })
  return { code: status, stdout, stderr }
}

/** The one object that `--json` prints. */
export function json(ran: Ran): Record<string, unknown> {
  expect(ran.stdout.trim().split('\n')).toHaveLength(1)
  return JSON.parse(ran.stdout) as Record<string, unknown>
}
