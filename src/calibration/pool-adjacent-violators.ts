/** Pool adjacent violators (Ayer et al. 1955): the rising sequence nearest to some values in weighted least squares. */

export interface WeightedPoint {
  readonly at: number
  readonly value: number
  readonly weight: number
}

/**
 * The fit as blocks of equal value, values strictly rising; `at` is the weighted mean of the block's places. Points come
 * with `at` ascending; points at one place are pooled first, since one place has one value.
 */
export function poolAdjacentViolators(points: Iterable<WeightedPoint>): WeightedPoint[] {
  const blocks: WeightedPoint[] = []
  for (const point of pooledTies(points)) {
    let block = point
    for (let last = blocks.at(-1); last && last.value >= block.value; last = blocks.at(-1)) {
      blocks.pop()
      block = pooled(last, block)
    }
    blocks.push(block)
  }
  return blocks
}

function* pooledTies(points: Iterable<WeightedPoint>): Generator<WeightedPoint> {
  let open: WeightedPoint | null = null
  for (const point of points) {
    if (!(point.weight > 0)) continue
    if (open && point.at !== open.at) yield open
    open = open && point.at === open.at ? pooled(open, point) : point
  }
  if (open) yield open
}

function pooled(a: WeightedPoint, b: WeightedPoint): WeightedPoint {
  const weight = a.weight + b.weight
  const mean = (x: number, y: number): number => x + ((y - x) * b.weight) / weight
  return { at: mean(a.at, b.at), value: mean(a.value, b.value), weight }
}
