/** The first item, nothing read beyond it; `undefined` where there is none. */
export async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

/** Calls `work` with one item after the other and reads the next while it runs; the first answer `false` ends it. */
export async function whileReading<T>(items: AsyncIterable<T>, work: (item: T) => Promise<boolean>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    let reading = iterator.next()
    for (;;) {
      const read = await reading
      if (read.done === true) return
      const working = work(read.value)
      reading = iterator.next()
      // A rejection is met when the item is awaited; until then nobody listens.
      reading.catch(() => undefined)
      if (!(await working)) return
    }
  } finally {
    await iterator.return?.()
  }
}
