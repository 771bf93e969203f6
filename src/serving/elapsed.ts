/** Milliseconds since a moment of `performance.now()`, to the microsecond: more digits are noise in an answer. */
export const elapsed = (start: number): number => Math.round(1000 * (performance.now() - start)) / 1000
