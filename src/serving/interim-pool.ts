import type { Bundle } from '../model/index.js'
import { featureGroups } from '../features/index.js'
import type { RawRow, ScoringPool } from '../ranking/index.js'
import { createRanker } from '../ranking/index.js'
import type { ItemCatalogue } from './item-catalogue.js'

export function openInterimPool(bundle: Bundle, catalogue: ItemCatalogue): ScoringPool {
  const itemFeatures = new Set(Object.keys(featureGroups(bundle.config).item ?? {}))
  return {
    threads: 1,
    get itemCount() {
      return catalogue.size
    },
    async rank({ row, candidates }) {
      const items = Array.from(candidates, (index) => (catalogue.at(index)?.features ?? {}) as RawRow)
      const ranked = await createRanker(bundle, { items, itemFeatures }).rankAll(row)
      return { ...ranked, scored: candidates.length }
    },
    setItems: () => Promise.resolve(),
    close: () => bundle.close(),
  }
}
