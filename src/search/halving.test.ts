import { describe, expect, it } from 'vitest'
import { decide, rungEpochs } from './halving.js'
import type { Decision, RungRecord } from './halving.js'

const rule = { rungCount: 3, trials: 9 }
const at = (rung: number, ...losses: readonly (number | null)[]): RungRecord[] =>
  losses.map((loss, index) => ({ trial: index + 1, rung, loss }))

describe('rungs', () => {
  it.each([
    [1, [1]],
    [2, [2]],
    [3, [1, 3]],
    [10, [1, 3, 10]],
    [27, [1, 3, 9, 27]],
    [30, [1, 3, 10, 30]],
  ])('of %i epochs', (most, rungs) => {
    expect(rungEpochs(most)).toEqual(rungs)
  })
})

describe('asynchronous successive halving', () => {
  it('proposes until a third of a rung is somebody', () => {
    expect(decide([], rule)).toEqual({ kind: 'propose' })
    expect(decide(at(0, 0.3, 0.2), rule)).toEqual({ kind: 'propose' })
    expect(decide(at(0, 0.3, 0.2, 0.4), rule)).toEqual({ kind: 'promote', trial: 2, rung: 1 })
  })

  it('does not wait for running trials, nor count them', () => {
    expect(decide(at(0, 0.3, 0.2, null), rule)).toEqual({ kind: 'propose' })
    expect(decide(at(0, 0.3, 0.2, null, 0.5), rule)).toEqual({ kind: 'promote', trial: 2, rung: 1 })
  })

  it('promotes each trial once, and the second best when there are six', () => {
    const promoted: RungRecord = { trial: 2, rung: 1, loss: null }
    expect(decide([...at(0, 0.3, 0.2, 0.4), promoted], rule)).toEqual({ kind: 'propose' })
    expect(decide([...at(0, 0.3, 0.2, 0.4, 0.9, 0.9, 0.9), promoted], rule)).toEqual({
      kind: 'promote',
      trial: 1,
      rung: 1,
    })
  })

  it('looks at the highest rung first', () => {
    const records = [...at(0, 1, 2, 3, 4, 5, 6, 0.5), ...at(1, 0.3, 0.2, 0.1)]
    expect(decide(records, rule)).toEqual({ kind: 'promote', trial: 3, rung: 2 })
  })

  it('never promotes a trial that failed, and takes the earlier of equals', () => {
    expect(decide(at(0, Infinity, Infinity, Infinity), rule)).toEqual({ kind: 'propose' })
    expect(decide(at(0, 0.7, 0.7, 0.7), rule)).toMatchObject({ trial: 1 })
  })

  it('ends with the best of the highest rung at the top when there were too few to promote', () => {
    const few = { rungCount: 3, trials: 2 }
    expect(decide(at(0, 0.3, null), few)).toEqual({ kind: 'none' })
    expect(decide(at(0, 0.3, 0.2), few)).toEqual({ kind: 'promote', trial: 2, rung: 1 })
    const second: RungRecord[] = [...at(0, 0.3, 0.2), { trial: 2, rung: 1, loss: 0.1 }]
    expect(decide(second, few)).toEqual({ kind: 'promote', trial: 2, rung: 2 })
    expect(decide([...second, { trial: 2, rung: 2, loss: 0.1 }], few)).toEqual({ kind: 'none' })
    expect(decide(at(0, Infinity, Infinity), few)).toEqual({ kind: 'none' })
  })

  /** The order of work of one worker, as `trial:rung`. */
  const orderOf = (lossOf: (trial: number) => number): string => {
    const records: RungRecord[] = []
    for (let next: Decision = decide(records, rule); next.kind !== 'none'; next = decide(records, rule)) {
      const trial = next.kind === 'propose' ? records.filter(({ rung }) => rung === 0).length + 1 : next.trial
      records.push({ trial, rung: next.kind === 'propose' ? 0 : next.rung, loss: lossOf(trial) })
    }
    return records.map(({ trial, rung }) => `${String(trial)}:${String(rung)}`).join(' ')
  }

  it('brings the best third of nine trials to the second rung and a third of those to the top', () => {
    expect(orderOf((trial) => trial)).toBe('1:0 2:0 3:0 1:1 4:0 5:0 6:0 2:1 7:0 8:0 9:0 3:1 1:2')
  })

  it('promotes every trial that is the best so far, the price of not waiting', () => {
    expect(orderOf((trial) => -trial)).toBe(
      '1:0 2:0 3:0 3:1 4:0 4:1 5:0 5:1 5:2 6:0 6:1 6:2 7:0 7:1 7:2 8:0 8:1 8:2 9:0 9:1 9:2',
    )
  })
})
