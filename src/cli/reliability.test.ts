import { describe, expect, it } from 'vitest'
import type { EvaluateResult } from '../pipeline/index.js'
import { reliabilitySvg } from './reliability-svg.js'
import { reliabilityText } from './reliability-text.js'

const bin = (meanPrediction: number, meanLabel: number) => ({
  from: meanPrediction - 0.05,
  to: meanPrediction + 0.05,
  rows: 1200,
  weight: 1200,
  meanPrediction,
  meanLabel,
  low: meanLabel - 0.02,
  high: meanLabel + 0.02,
})

const segment = (value: string, calibration: number | null) => ({
  value,
  rows: 500,
  meanPrediction: 0.3,
  meanLabel: 0.2,
  calibration,
  expectedCalibrationError: 0.1,
  standardErrors: 4.2,
})

const reliability: NonNullable<EvaluateResult['reliability']> = {
  calibratedBy: null,
  binCount: 10,
  equalMass: [bin(0.1, 0.1), bin(0.5, 0.25)],
  equalWidth: [bin(0.15, 0.1), bin(0.55, 0.25)],
  by: {
    column: 'country',
    minimumRows: 100,
    segments: [segment('high', 2), segment('low', 0.5), segment('far', 40), segment('none', null)],
    smallCount: 7,
  },
}

describe('reliability as text', () => {
  const lines = reliabilityText(reliability).split('\n')

  it('draws what was promised right of what happened where the model promises too much', () => {
    const [right, wrong] = lines.filter((line) => line.includes('1,200'))
    expect(right).toContain('◉')
    expect(wrong?.indexOf('○')).toBeGreaterThan(wrong?.indexOf('●') ?? 0)
    expect(wrong?.indexOf('●')).toBeGreaterThan(right?.indexOf('◉') ?? 0)
    expect(wrong).toMatch(/─●─/)
  })

  it('puts a ratio of one half and of two at the ends of its line, and says what is left out', () => {
    const barOf = (value: string): string =>
      lines
        .find((line) => line.startsWith(value))
        ?.split('  ')
        .at(-1) ?? ''
    expect(barOf('high')).toBe('·········│········●')
    expect(barOf('far')).toBe(barOf('high'))
    expect(barOf('low')).toBe('●········│·········')
    expect(barOf('none')).toBe('·········│·········')
    expect(lines.at(-1)).toBe('7 with fewer than 100 rows left out')
  })
})

describe('the reliability diagram', () => {
  const svg = reliabilitySvg(reliability, { rows: 2400, source: 'a<b & c.csv' })

  it('has a point for each bin of equal mass, above the diagonal where more happened than was promised', () => {
    const points = [...svg.matchAll(/<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"/g)]
    expect(points).toHaveLength(2)
    // The scale ends at 0.5, the right edge: x = 64 + 440 · p / 0.5, y from the bottom edge at 504.
    expect(points.map(([, x, y]) => [Number(x), Number(y)])).toEqual([
      [152, 416],
      [504, 284],
    ])
    expect(svg.match(/class="bar"/g)).toHaveLength(2)
  })

  it('escapes what comes from outside, and knows dark pages', () => {
    expect(svg).toContain('a&lt;b &amp; c.csv')
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg.match(/<(?!\/|rect|line|circle|path)[a-z]+/g)?.length).toBe(
      svg.match(/<\/[a-z]+>/g)?.length ? (svg.match(/<\/(?!circle|rect)[a-z]+>/g) ?? []).length : 0,
    )
  })

  it('is not upset by no rows at all', () => {
    const nothing = { ...reliability, equalMass: [], equalWidth: [] }
    expect(reliabilitySvg(nothing, { rows: 0, source: 'nothing' })).not.toMatch(/NaN|Infinity/)
    expect(reliabilityText(nothing)).not.toMatch(/NaN|Infinity/)
  })
})
