/** What the two towers find: items whose vector lies nearest to that of the user. */
import type { SourceKind } from '../candidate-source.js'

export const learned: SourceKind = {
  name: 'learned',
  share: 0.7,
  readsTowers: true,
  open({ towers }) {
    if (!towers) return null
    return {
      name: learned.name,
      candidates: async ({ item, row }, k) =>
        item === undefined ? towers.nearest(await towers.userVector(row), k) : [],
    }
  },
}
