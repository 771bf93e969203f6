/** One dimension of a search space as the unit interval: proposals are made there, whatever the scale of the setting. */
import { randomKey, randomUniform } from '../base/index.js'
import type { NumberDimension, SearchDimension, SearchSpace, Settings, SettingValue } from '../space/index.js'

/** Share of a range, at either end, that counts as its border. */
const borderShare = 0.03

/** The value at a place of the unit interval: four digits of the range, so that settings can be read and typed again. */
export function valueAt(dimension: NumberDimension, unit: number): number {
  const { kind, low, high } = dimension
  if (kind === 'integerRange') return Math.min(high, Math.floor(low + unit * (high - low + 1)))
  const value =
    kind === 'range'
      ? Number((low + unit * (high - low)).toFixed(decimals(high - low)))
      : Number(Math.exp(Math.log(low) + unit * (Math.log(high) - Math.log(low))).toPrecision(4))
  return Math.min(high, Math.max(low, value))
}

/** Decimals that leave four digits of a range's width. */
const decimals = (width: number): number => Math.min(20, Math.max(0, 4 - Math.floor(Math.log10(width)) - 1))

/** The place of a value: the inverse of `valueAt`; a whole number lies in the middle of its share. */
export function unitOf({ kind, low, high }: NumberDimension, value: number): number {
  if (kind === 'integerRange') return (value - low + 0.5) / (high - low + 1)
  if (kind === 'range') return (value - low) / (high - low)
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))
}

/** A value drawn evenly from a dimension: on the log scale for `logRange`. */
export function drawUniform(dimension: SearchDimension, uniform: number): SettingValue {
  if (dimension.kind !== 'choice') return valueAt(dimension, uniform)
  return dimension.values[Math.floor(uniform * dimension.values.length)] ?? null
}

/** Settings drawn evenly from a space; each dimension has its own stream. */
export function drawSettings(space: SearchSpace, seed: number, counter: number): Settings {
  return Object.fromEntries(
    Object.entries(space).map(([path, dimension]) => [
      path,
      drawUniform(dimension, randomUniform(randomKey(seed, 'search', path), counter)),
    ]),
  )
}

/** How many different settings a space has; infinite with a range of real numbers. */
export function spaceSize(space: SearchSpace): number {
  return Object.values(space).reduce((product, dimension) => {
    if (dimension.kind === 'choice') return product * new Set(dimension.values.map((one) => JSON.stringify(one))).size
    return product * (dimension.kind === 'integerRange' ? dimension.high - dimension.low + 1 : Infinity)
  }, 1)
}

/** A value a little beyond an end of a range: what a wider range would have. */
export function valueBeyond({ kind, low, high }: NumberDimension, end: 'low' | 'high'): number {
  if (kind === 'integerRange') return end === 'low' ? low - 1 : high + 1
  if (kind === 'logRange') return end === 'low' ? low / 2 : high * 2
  return end === 'low' ? low - 0.05 * (high - low) : high + 0.05 * (high - low)
}

/** The end of a range that a value lies at, or `null`; choices have no ends. */
export function borderOf(dimension: SearchDimension, value: SettingValue): 'low' | 'high' | null {
  if (dimension.kind === 'choice' || typeof value !== 'number') return null
  if (dimension.kind === 'integerRange')
    return value === dimension.low ? 'low' : value === dimension.high ? 'high' : null
  const unit = unitOf(dimension, value)
  if (unit <= borderShare) return 'low'
  return unit >= 1 - borderShare ? 'high' : null
}
