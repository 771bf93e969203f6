/** One of the threads that update the same tables at once: each owns some rows of a table and a range of the dense parameters. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** All of it: one thread alone. */
export const wholeShare: Share = { index: 0, count: 1 }

/** Floats of a cache line: what shares of a line of floats begin with, so that no two threads write to one line. */
export const lineFloats = 16

/** Where the range of a share begins among so many floats, and where it ends. */
export function rangeOf(floats: number, { index, count }: Share): readonly [number, number] {
  const start = (at: number): number => Math.floor((floats / lineFloats) * (at / count)) * lineFloats
  return [start(index), start(index + 1)]
}

/** Whether a row of a table is updated here: the rule of `isOwned` in assembly/touches.ts. */
export const ownsRow = ({ index, count }: Share, row: number): boolean =>
  ((Math.imul(row >>> 2, 0x9e3779b1) >>> 16) * count) >>> 16 === index
