/** Does one thing after the other, and of those that come meanwhile only the last. */
export interface Latest<T> {
  want(value: T): void
  /** What waits is not done. */
  forget(): void
  /** Resolves when nothing runs and nothing waits. */
  settled(): Promise<void>
}

export function createLatest<T extends object>(act: (value: T) => Promise<void>): Latest<T> {
  let wanted: T | null = null
  let working: Promise<void> = Promise.resolve()
  const work = async (): Promise<void> => {
    const value = wanted
    wanted = null
    if (value) await act(value)
  }
  return {
    want(value) {
      wanted = value
      working = working.then(work)
    },
    forget() {
      wanted = null
    },
    settled: () => working,
  }
}
