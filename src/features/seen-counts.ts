/** How often training saw each entry of a vocabulary, by place. */
export class SeenCounts {
  private counts = new Int32Array(1024)
  private end = 0

  /** Sets the count of a place; those in between are 0. */
  set(place: number, count: number): void {
    if (place >= this.counts.length) {
      const larger = new Int32Array(Math.max(place + 1, 2 * this.counts.length))
      larger.set(this.counts)
      this.counts = larger
    }
    this.counts[place] = Math.min(count, largestCount)
    this.end = Math.max(this.end, place + 1)
  }

  /** What a file keeps: a count for each of the first `length` places. */
  array(length: number): Int32Array {
    const counts = new Int32Array(length)
    counts.set(this.counts.subarray(0, Math.min(length, this.end)))
    return counts
  }
}

/** Of 32 bits. */
const largestCount = 2 ** 31 - 1
