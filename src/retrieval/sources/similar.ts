/** Items like the one that is asked for, by the vectors of the item tower: also those that nobody has met yet. */
import type { SourceKind } from '../candidate-source.js'

export const similar: SourceKind = {
  name: 'similar',
  share: 0.1,
  readsTowers: true,
  open({ towers, itemIndex }) {
    if (!towers) return null
    return {
      name: similar.name,
      candidates({ item: key }, k) {
        const item = itemIndex.get(key ?? '')
        if (item === undefined) return []
        const nearest = towers.nearest(towers.itemVector(item), k + 1)
        return nearest.filter((candidate) => candidate.item !== item).slice(0, k)
      },
    }
  },
}
