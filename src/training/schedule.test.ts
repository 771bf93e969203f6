import { describe, expect, it } from 'vitest'
import { resolveSchedule, scheduleFactor } from './schedule.js'
import { schedules } from './schedules/index.js'

/** Factors of the first `count` steps of a training of `stepCount`. */
function factors(declared: unknown, count: number, stepCount = count): number[] {
  const schedule = resolveSchedule(declared, 'schedule')
  if (!('kind' in schedule)) throw new Error(schedule.join('; '))
  return Array.from({ length: count }, (_, step) => scheduleFactor(schedule, { step, stepCount }))
}

const close = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 12) as unknown)

describe('a schedule', () => {
  it('is constant when nothing is said', () => {
    expect(factors(undefined, 3)).toEqual([1, 1, 1])
  })

  it('exponential loses the same share each time', () => {
    // 0.5^(t/2): 1, √½, ½, ½√½.
    expect(factors({ name: 'exponential', rate: 0.5, every: 2 }, 4)).toEqual(
      close([1, Math.SQRT1_2, 0.5, Math.SQRT1_2 / 2]),
    )
  })

  it('cosine falls from 1 to its floor and stays there', () => {
    // ½(1 + cos(πt/4)) between 0.2 and 1: cos = 1, √½, 0, −√½, −1.
    const half = (cosine: number): number => 0.2 + 0.4 * (1 + cosine)
    expect(factors({ name: 'cosine', steps: 4, floor: 0.2 }, 6)).toEqual(
      close([1, half(Math.SQRT1_2), 0.6, half(-Math.SQRT1_2), 0.2, 0.2]),
    )
  })

  it('cosine takes the whole training after the warm-up when no steps are given', () => {
    const whole = factors({ name: 'cosine', warmup: 2 }, 10)
    expect(whole.slice(2)).toEqual(factors({ name: 'cosine', steps: 8 }, 8))
  })

  it('rises over the warm-up, then begins', () => {
    expect(factors({ name: 'constant', warmup: 4 }, 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1])
    expect(factors({ name: 'exponential', rate: 0.5, every: 1, warmup: 2 }, 5)).toEqual(close([0.5, 1, 1, 0.5, 0.25]))
  })

  it.each(schedules.map(({ name }) => name))('%s begins at 1, stays within (0, 1] and never rises again', (name) => {
    const values = factors({ name }, 5000)
    expect(values[0]).toBe(1)
    for (const [t, value] of values.entries()) {
      expect(value).toBeGreaterThan(0)
      expect(value).toBeLessThanOrEqual(values[t - 1] ?? 1)
    }
  })

  it('never gives 0, by which FTRL would divide', () => {
    expect(factors({ name: 'exponential', rate: 0, every: 1 }, 2)).toEqual([1, 1e-6])
    expect(factors({ name: 'cosine', steps: 1 }, 2)).toEqual([1, 1e-6])
  })

  it('reports every fault with its path and the nearest name', () => {
    expect(resolveSchedule({ name: 'cosin' }, 'at')).toEqual([
      expect.stringMatching(/^at\.name .*did you mean "cosine"/),
    ])
    const faults = resolveSchedule({ name: 'cosine', floor: 2, warmup: 1.5, step: 4 }, 'at')
    expect(faults).toEqual([
      'at.floor must be a number in [0, 1]; got 2',
      'at.warmup must be a whole number of at least 0; got 1.5',
      expect.stringContaining('did you mean "steps"'),
    ])
  })
})
