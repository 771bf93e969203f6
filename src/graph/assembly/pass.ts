/**
 * A pass over rows: a few steps for each element, a row after the other, so that what one step leaves is still in the first-level cache for
 * the next. Operands are pairs of a place and the bytes from one row to the next; 0: the same row every time.
 */
import * as e from './elementwise'

/** Takes `count` steps, each `(step, a, b, out)` of operands, over `rows` rows of `width` floats; the operands' places move along. */
export function pass(steps: usize, count: i32, operands: usize, operandCount: i32, rows: i32, width: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    for (let i: i32 = 0; i < count; i++) {
      const at = steps + (<usize>i << 4)
      const a: usize = load<u32>(operands + (<usize>load<u32>(at, 4) << 3))
      const b: usize = load<u32>(operands + (<usize>load<u32>(at, 8) << 3))
      const out: usize = load<u32>(operands + (<usize>load<u32>(at, 12) << 3))
      switch (load<i32>(at)) {
        case e.add: e.apply(e.add, a, b, out, width); break
        case e.subtract: e.apply(e.subtract, a, b, out, width); break
        case e.multiply: e.apply(e.multiply, a, b, out, width); break
        case e.divide: e.apply(e.divide, a, b, out, width); break
        case e.square: e.apply(e.square, a, a, out, width); break
        case e.sqrt: e.apply(e.sqrt, a, a, out, width); break
        case e.negate: e.apply(e.negate, a, a, out, width); break
        case e.relu: e.apply(e.relu, a, a, out, width); break
        case e.sigmoid: e.apply(e.sigmoid, a, a, out, width); break
        case e.softplus: e.apply(e.softplus, a, a, out, width); break
        default: e.apply(e.heaviside, a, a, out, width)
      }
    }
    for (let i: i32 = 0; i < operandCount; i++) {
      const at = operands + (<usize>i << 3)
      store<u32>(at, load<u32>(at) + load<u32>(at, 4))
    }
  }
}
