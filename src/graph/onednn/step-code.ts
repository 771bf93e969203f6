/** What the steps of a pass do to four floats, as WebAssembly. */
import type { PassStep } from '../segment.js'
import type { Code } from './wasm-code.js'
import { floats, get, set } from './wasm-code.js'

const { add, subtract, multiply, divide, splat } = floats

/** Where a step may keep what it needs twice: so many locals from `free` on. */
export const spareLocals = 3

/** `((c₀·x + c₁)·x + …)`. */
const polynomial = (x: Code, [first = 0, ...others]: readonly number[]): Code =>
  others.reduce<Code>((sum, one) => add(multiply(sum, x), splat(one)), splat(first))

/** ln 2 in two parts: the first has so few digits that its product with a whole number is exact. */
const [wholeLog2, restOfLog2] = [0.693359375, -2.1219444e-4]

/**
 * e^−|x|, to 2 units in the last place: 2ⁿ·eʳ with |r| ≤ ln 2 / 2, and eʳ by the polynomial of Cephes' expf. From 2⁻¹²⁶ on down it stays there. A NaN stays.
 */
function decay(x: Code, free: number): Code {
  const [n, r] = [get(free), get(free + 1)]
  const exponent = floats.largest(floats.negate(floats.absolute(x)), splat(-87.33654))
  const rest = subtract(subtract(r, multiply(n, splat(wholeLog2))), multiply(n, splat(restOfLog2)))
  const series = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]
  const power = add(multiply(polynomial(r, series), multiply(r, r)), add(r, splat(1)))
  return [
    ...set(free + 1, exponent),
    ...set(free, floats.nearest(multiply(r, splat(1.44269504)))),
    ...set(free + 1, rest),
    ...multiply(power, floats.powerOfTwo(n)),
  ]
}

/** 1 / (1 + e⁻ˣ): of a number below 0 as e^x / (1 + e^x), which does not lose its digits. */
function sigmoid(x: Code, free: number): Code {
  const e = get(free + 2)
  const above = floats.select(e, splat(1), floats.isLess(x, splat(0)))
  return [...set(free + 2, decay(x, free)), ...divide(above, add(splat(1), e))]
}

/** log(1 + eˣ) = max(0, x) + log(1 + e), e = e^−|x|; log(1 + e) = 2·artanh(s), s = e / (2 + e) ≤ 1/3, by its series up to s¹⁵. */
function softplus(x: Code, free: number): Code {
  const [e, s, t] = [get(free + 2), get(free), get(free + 1)]
  const series = [15, 13, 11, 9, 7, 5, 3, 1].map((n) => 2 / n)
  return [
    ...set(free + 2, decay(x, free)),
    ...set(free, divide(e, add(splat(2), e))),
    ...set(free + 1, multiply(s, s)),
    ...add(floats.largest(x, splat(0)), multiply(polynomial(t, series), s)),
  ]
}

/** Each step of one or two operands that are locals; it may use `spareLocals` from `free` on. */
export const stepCode: Readonly<Record<PassStep, (a: Code, b: Code, free: number) => Code>> = {
  add,
  subtract,
  multiply,
  divide,
  square: (a) => multiply(a, a),
  sqrt: floats.sqrt,
  negate: floats.negate,
  // x unless x < 0: a NaN stays.
  relu: (a) => floats.largest(a, splat(0)),
  // 1 where x > 0, else 0.
  heaviside: (a) => floats.and(floats.isMore(a, splat(0)), splat(1)),
  sigmoid: (a, _, free) => sigmoid(a, free),
  softplus: (a, _, free) => softplus(a, free),
}
