/** The three products of a layer with some rows: those of the inputs with its weights, and on the way back the gradients of both. */
import type { TableMemory } from './table-memory.js'

/** A matrix in the tables' memory, from its first number on. */
export interface Matrix {
  readonly data: Float32Array
  /** Floats from one row to the next. */
  readonly stride: number
  readonly columns: number
}

/** Makes a product for the first `rows` rows of its inputs, one at least. */
export type MultiplyRows = (rows: number) => void

/** Opens products over matrices that stay where they are: X `[rows, inputs]`, W `[inputs, outputs]`, S, the layer's gradient, `[rows, outputs]`. */
export interface RowProducts {
  /** out = X·W */
  outputs(x: Matrix, w: Matrix, out: Matrix): MultiplyRows
  /** out = Xᵀ·S */
  weightGradient(x: Matrix, s: Matrix, out: Matrix): MultiplyRows
  /** out = S·Wᵀ, added to what is there where `isAdding`. */
  inputGradient(s: Matrix, w: Matrix, out: Matrix, isAdding: boolean): MultiplyRows
}

/** Products by the kernels: X and its gradient have their rows one after the other, outputs are a multiple of 16. */
export function kernelRowProducts({ kernels }: Pick<TableMemory, 'kernels'>): RowProducts {
  return {
    outputs: (x, w, out) => {
      const [from, by, to] = [x.data.byteOffset, w.data.byteOffset, out.data.byteOffset]
      return (rows) => {
        kernels.multiplyRows(from, x.stride, 1, rows, x.columns, by, w.stride, w.columns, to, out.stride)
      }
    },
    weightGradient: (x, s, out) => {
      const [from, by, to] = [x.data.byteOffset, s.data.byteOffset, out.data.byteOffset]
      return (rows) => {
        kernels.multiplyRows(from, 1, x.stride, x.columns, rows, by, s.stride, s.columns, to, out.stride)
      }
    },
    inputGradient: (s, w, out, isAdding) => {
      const [from, by, to] = [s.data.byteOffset, w.data.byteOffset, out.data.byteOffset]
      return (rows) => {
        kernels.rowGradientsOfIds(from, s.stride, rows, out.columns, by, w.stride, s.columns, to, Number(isAdding))
      }
    },
  }
}
