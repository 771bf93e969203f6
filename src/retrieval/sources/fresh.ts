/** The newest items: by the moment that the catalogue says, else by that of their first example. */
import type { Candidate, SourceContext, SourceKind } from '../candidate-source.js'
import { readFloat64, writeArray } from '../index-files.js'

const file = 'first-seen.f64'

export const fresh: SourceKind = {
  name: 'fresh',
  share: 0.05,
  build({ firstSeenMs }, directory) {
    writeArray(directory, file, firstSeenMs)
  },
  open(context) {
    const newest = newestFirst(context)
    return {
      name: fresh.name,
      candidates: ({ item, nowMs }, k) =>
        item === undefined ? newest.filter(({ score }) => score <= nowMs).slice(0, k) : [],
    }
  },
}

/** Items with a moment, newest first; their score is the moment. */
function newestFirst({ directory, items, places }: SourceContext): Candidate[] {
  const moments = Float64Array.from(items, ({ addedMs }) => addedMs ?? Number.NaN)
  for (const [position, ms] of readFloat64(directory, file).entries()) {
    const item = places[position] ?? -1
    if (item >= 0 && Number.isNaN(moments[item])) moments[item] = ms
  }
  return Array.from(moments, (score, item) => ({ item, score }))
    .filter(({ score }) => !Number.isNaN(score))
    .sort((a, b) => b.score - a.score || a.item - b.item)
}
