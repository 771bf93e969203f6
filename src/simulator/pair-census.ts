/** Counts (user, app) pairs of the test day that training has never shown, in bounded memory: beyond a size, of every m-th user alone. */

export interface PairCensus {
  addTraining(user: number, app: number): void
  addTest(user: number, app: number): void
  /** Share of the different pairs of the test day; `null` without any. */
  unseenShare(): number | null
}

/** Two sets of 16 MB at most. */
const mostBits = 2 ** 27

export function createPairCensus(users: number, apps: number): PairCensus {
  const step = Math.max(1, Math.ceil((users * apps) / mostBits))
  const size = Math.ceil((Math.ceil(users / step) * apps) / 8)
  const [training, test] = [new Uint8Array(size), new Uint8Array(size)]
  let [pairs, unseen] = [0, 0]
  const isNew = (set: Uint8Array, place: number): boolean => ((set[place >>> 3] ?? 0) & (1 << (place & 7))) === 0
  const add = (set: Uint8Array, place: number): void => {
    set[place >>> 3] = (set[place >>> 3] ?? 0) | (1 << (place & 7))
  }
  return {
    addTraining: (user, app) => {
      if (user % step === 0) add(training, (user / step) * apps + app)
    },
    addTest: (user, app) => {
      const place = (user / step) * apps + app
      if (user % step !== 0 || !isNew(test, place)) return
      add(test, place)
      pairs++
      if (isNew(training, place)) unseen++
    },
    unseenShare: () => (pairs === 0 ? null : unseen / pairs),
  }
}
