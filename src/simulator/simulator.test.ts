import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAppStore } from './app-store.js'
import { writeSimulatedLogs } from './write-logs.js'

describe('the simulated app store', () => {
  it('is a function of its seed', () => {
    const options = { users: 50, apps: 30, seed: 3 }
    const [a, b] = [createAppStore(options), createAppStore(options)]
    expect(a.impression(77)).toEqual(b.impression(77))
    expect(a.users).toEqual(b.users)
    expect(createAppStore({ ...options, seed: 4 }).impression(77)).not.toEqual(a.impression(77))
  })

  it('draws labels by its true probabilities, five to twenty per cent of them installs', () => {
    const store = createAppStore({ users: 500, apps: 100, seed: 1 })
    const count = 20_000
    let installs = 0
    let expected = 0
    let variance = 0
    for (let index = 0; index < count; index++) {
      const { label, probability } = store.impression(index)
      installs += label
      expected += probability
      variance += probability * (1 - probability)
    }
    expect(Math.abs(installs - expected)).toBeLessThan(5 * Math.sqrt(variance))
    expect(installs / count).toBeGreaterThan(0.05)
    expect(installs / count).toBeLessThan(0.2)
  })

  it('writes logs whose rows have every column of their header', () => {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-simulator-'))
    writeSimulatedLogs({ directory, users: 20, apps: 10, impressions: 500 })
    for (const file of ['impressions.csv', 'users.csv', 'apps.csv']) {
      const lines = readFileSync(join(directory, file), 'utf8').trim().split('\n')
      expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1)
    }
  })
})
