/** Arrays of numbers that grow by doubling: a list of a million ids costs four megabytes, not a million objects. */
export class GrowingIds {
  private values = new Int32Array(1024)
  length = 0

  push(value: number): void {
    this.reserve(1)
    this.values[this.length++] = value
  }

  append(values: ArrayLike<number>): void {
    this.reserve(values.length)
    this.values.set(values, this.length)
    this.length += values.length
  }

  /** What was pushed; valid until the next push. */
  view(): Int32Array {
    return this.values.subarray(0, this.length)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.values.length) return
    const grown = new Int32Array(Math.max(this.length + count, 2 * this.values.length))
    grown.set(this.values)
    this.values = grown
  }
}
