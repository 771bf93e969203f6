import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { createAppStore } from './app-store.js'
import { separation, writeSimulatedLogs } from './write-logs.js'

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

  it('depends on the hour of the day, and is one number for one user, app and hour', () => {
    const store = createAppStore({ users: 5, apps: 2, seed: 1 })
    const byHour = new Map<string, Set<number>>()
    for (let index = 0; index < 4000; index++) {
      const { user, app, hour, probability } = store.impression(index)
      const place = `${String(user)} ${String(app)} ${String(hour)}`
      byHour.set(place, (byHour.get(place) ?? new Set()).add(probability))
    }
    expect([...byHour.values()].every(({ size }) => size === 1)).toBe(true)
    const hours = [...byHour].filter(([place]) => place.startsWith('0 0 ')).flatMap(([, values]) => [...values])
    expect(new Set(hours).size).toBe(hours.length)
  })

  it('writes beside the logs how well the truth does: better than chance, and not perfectly', () => {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-simulator-'))
    writeSimulatedLogs({ directory, users: 200, apps: 50, impressions: 20_000 })
    const truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')) as Record<string, number>
    expect(truth['bestAuc']).toBeGreaterThan(0.7)
    expect(truth['bestAuc']).toBeLessThan(0.95)
    expect(truth['bestLogLoss']).toBeLessThan(0.35)
  })

  it('counts pairs in the right order as brute force does, ties one half', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draw = (word: string, length: number): Float64Array =>
        Float64Array.from({ length }, (_, i) => randomInteger(randomKey(seed, word), i, 8))
      const [negatives, positives] = [draw('negatives', 17), draw('positives', 9)]
      let right = 0
      for (const a of positives) for (const b of negatives) right += a > b ? 1 : a === b ? 0.5 : 0
      expect(separation(negatives, positives)).toBeCloseTo(right / 17 / 9, 12)
    }
    expect(separation(new Float64Array(), Float64Array.of(1))).toBeNull()
  })

  it('writes logs whose rows have every column of their header', () => {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-simulator-'))
    writeSimulatedLogs({ directory, users: 20, apps: 10, impressions: 500 })
    for (const file of ['impressions.csv', 'actions.csv', 'users.csv', 'apps.csv']) {
      const lines = readFileSync(join(directory, file), 'utf8').trim().split('\n')
      expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1)
    }
  })
})
