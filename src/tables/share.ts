/** One of the threads that update the same tables at once: each owns some rows of a table and a range of the dense parameters. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** All of it: one thread alone. */
export const wholeShare: Share = { index: 0, count: 1 }

/** Whether a row of a table is updated here: rows come in blocks of 16 whose owners take turns, as in assembly/update.ts. */
export const ownsRow = ({ index, count }: Share, row: number): boolean => (row >>> 4) % count === index
