/** The indices of the k greatest scores, greatest first; equal scores by lower index; excluded indices never. */
export function topK(
  scores: Float32Array,
  k: number,
  isExcluded: (index: number) => boolean = () => false,
): Int32Array {
  // A heap whose root is the worst of those kept: O(n log k), and k is small.
  const heap: number[] = []
  const isWorse = (a: number, b: number): boolean =>
    (scores[a] ?? 0) < (scores[b] ?? 0) || (scores[a] === scores[b] && a > b)
  for (let index = 0; index < scores.length; index++) {
    if (heap.length === k && (k === 0 || !isWorse(heap[0] ?? 0, index))) continue
    if (isExcluded(index)) continue
    if (heap.length === k) {
      heap[0] = index
      sink(heap, 0, isWorse)
    } else if (heap.push(index) === k) settle(heap, isWorse)
  }
  return Int32Array.from(heap.sort((a, b) => (isWorse(a, b) ? 1 : -1)))
}

/** Makes a heap of what is there. */
function settle(heap: number[], isWorse: (a: number, b: number) => boolean): void {
  for (let start = (heap.length >> 1) - 1; start >= 0; start--) sink(heap, start, isWorse)
}

function sink(heap: number[], start: number, isWorse: (a: number, b: number) => boolean): void {
  for (let at = start; ;) {
    const left = 2 * at + 1
    const right = left + 1
    let worst = at
    if (left < heap.length && isWorse(heap[left] ?? 0, heap[worst] ?? 0)) worst = left
    if (right < heap.length && isWorse(heap[right] ?? 0, heap[worst] ?? 0)) worst = right
    if (worst === at) return
    const value = heap[at] ?? 0
    heap[at] = heap[worst] ?? 0
    heap[worst] = value
    at = worst
  }
}
