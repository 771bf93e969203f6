/** Nodes and weights of Gauss-Legendre quadrature on [0, 1]: exact for polynomials of degree 2n − 1. */

export interface Quadrature {
  readonly nodes: readonly number[]
  readonly weights: readonly number[]
}

/** The roots of the Legendre polynomial of degree n, by Newton's method from their asymptotic places. */
export function gaussLegendre(count: number): Quadrature {
  const nodes: number[] = []
  const weights: number[] = []
  for (let index = 0; index < count; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5))
    let slope = legendre(count, x).slope
    // Five steps reach the last bit from there; a few more cost nothing.
    for (let step = 0; step < 10; step++) {
      const { value, slope: own } = legendre(count, x)
      slope = own
      x -= value / own
    }
    nodes.push((1 - x) / 2)
    weights.push(1 / ((1 - x * x) * slope * slope))
  }
  return { nodes, weights }
}

/** The Legendre polynomial and its derivative by Bonnet's recursion. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let before = 1
  let value = x
  for (let n = 2; n <= degree; n++) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n]
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) }
}
