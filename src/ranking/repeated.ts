/** The values `count` times, one after the other. */
export function repeated<A extends Int32Array | Float32Array | Float64Array>(values: A, count: number): A {
  const { length } = values
  const all = new (values.constructor as new (length: number) => A)(length * count)
  if (count > 0) all.set(values)
  // Copies of what is there already, each twice as long as the one before.
  for (let end = length; end < all.length; end *= 2) all.copyWithin(end, 0, end)
  return all
}
