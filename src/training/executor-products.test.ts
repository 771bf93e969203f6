import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import { createOnnxRuntimeExecutor, openExecutor } from '../graph/index.js'
import { createTableMemories } from '../tables/index.js'
import type { idProducts } from '../tables/index.js'
import { executorProducts } from './executor-products.js'

const onednn = await openExecutor({ executor: 'onednn', precision: 'float32' })

it('an executor that multiplies nothing beside its graph leaves products to the kernels', () => {
  expect(executorProducts(createTableMemories().home, createOnnxRuntimeExecutor(), 1)).toBeNull()
})

describe.skipIf('reason' in onednn)('products of rows by the executor (oneDNN)', () => {
  const { home } = createTableMemories()

  /** A matrix whose rows are further apart than they are wide. */
  function matrix(rows: number, columns: number, stride: number, key?: number): idProducts.Matrix {
    const data = home.float32(home.allocate(4 * rows * stride), rows * stride)
    if (key !== undefined) for (let at = 0; at < data.length; at++) data[at] = randomNormal(key, at)
    return { data, stride, columns }
  }

  const valueOf = ({ data, stride }: idProducts.Matrix, row: number, column: number): number =>
    data[row * stride + column] ?? NaN

  /** Asks for `out[i, j] = Σ a(i, t)·b(j, t)`, and for zeros between its rows. */
  function expectProduct(
    out: idProducts.Matrix,
    [rows, inner]: readonly [rows: number, inner: number],
    term: (row: number, column: number, step: number) => number,
  ): void {
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < out.stride; column++) {
        let sum = 0
        if (column < out.columns) for (let step = 0; step < inner; step++) sum += term(row, column, step)
        expect(Math.abs(valueOf(out, row, column) - sum)).toBeLessThan(1e-4)
      }
  }

  it.each([
    { inputs: 16, outputs: 48 },
    { inputs: 5, outputs: 18 },
    { inputs: 3, outputs: 7 },
  ])('are the products by their definition, $inputs inputs and $outputs outputs', ({ inputs, outputs }) => {
    if ('reason' in onednn) return
    const products = executorProducts(home, onednn, 1)
    const [x, w, s] = [matrix(9, inputs, inputs, 1), matrix(inputs, outputs, 60, 2), matrix(9, outputs, 50, 3)]
    const [out, ofWeights, ofInputs] = [matrix(9, outputs, 50), matrix(inputs, outputs, 60), matrix(9, inputs, inputs)]
    for (const rows of [9, 1, 6]) {
      products?.outputs(x, w, out)(rows)
      expectProduct(out, [rows, inputs], (row, column, k) => valueOf(x, row, k) * valueOf(w, k, column))
      products?.weightGradient(x, s, ofWeights)(rows)
      expectProduct(ofWeights, [inputs, rows], (row, column, k) => valueOf(x, k, row) * valueOf(s, k, column))
      const term = (row: number, column: number, k: number) => valueOf(s, row, k) * valueOf(w, column, k)
      products?.inputGradient(s, w, ofInputs, false)(rows)
      expectProduct(ofInputs, [rows, outputs], term)
      products?.inputGradient(s, w, ofInputs, true)(rows)
      expectProduct(ofInputs, [rows, outputs], (...at) => 2 * term(...at))
    }
  })
})
