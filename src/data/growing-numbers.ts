/** Arrays of numbers that grow by doubling: a list of a million ids costs four megabytes, not a million objects. */
type Numbers = Int32Array | Float32Array

export class GrowingNumbers<A extends Numbers> {
  private values: A
  length = 0

  /** `allocate` makes an array of so many zeros. */
  constructor(private readonly allocate: (length: number) => A) {
    this.values = allocate(1024)
  }

  append(values: ArrayLike<number>): void {
    this.reserve(values.length)
    this.values.set(values, this.length)
    this.length += values.length
  }

  /** What was appended; valid until the next time. */
  view(): A {
    return this.values.subarray(0, this.length) as A
  }

  private reserve(count: number): void {
    if (this.length + count <= this.values.length) return
    const grown = this.allocate(Math.max(this.length + count, 2 * this.values.length))
    grown.set(this.values)
    this.values = grown
  }
}

export const growingIds = (): GrowingNumbers<Int32Array> => new GrowingNumbers((length) => new Int32Array(length))
export const growingWeights = (): GrowingNumbers<Float32Array> =>
  new GrowingNumbers((length) => new Float32Array(length))
