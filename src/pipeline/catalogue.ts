/** The items and users that a bundle carries: what `recommend` and ranked evaluation look features up in. */
import { readCatalogue } from '../data/index.js'
import type { CatalogueItem, CatalogueUser } from '../data/index.js'
import type { Config } from '../features/index.js'
import { featureGroups } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import { createRanker } from '../ranking/index.js'
import type { Ranker } from '../ranking/index.js'
import { keysMissing } from './errors.js'

export interface BundleCatalogue {
  readonly items: readonly CatalogueItem[]
  readonly users: ReadonlyMap<string, CatalogueUser>
  readonly itemIndex: ReadonlyMap<string, number>
  readonly ranker: Ranker
}

/** Reads the catalogue of a bundle and prepares a ranker over its items. */
export async function openCatalogue(bundle: Bundle): Promise<BundleCatalogue> {
  requireKeys(bundle.config)
  const { items, users } = await readCatalogue(`${bundle.directory}/catalogue`)
  const itemFeatures = new Set(Object.keys(featureGroups(bundle.config).item ?? {}))
  return {
    items,
    users: new Map(users.map((user) => [user.key, user])),
    itemIndex: new Map(items.map((item, index) => [item.key, index])),
    ranker: createRanker(
      bundle,
      items.map((item) => item.features),
      itemFeatures,
    ),
  }
}

/** Indices of the items that a user acted on in training. */
export function seenItems({ itemIndex }: BundleCatalogue, user: CatalogueUser | undefined): Set<number> {
  return new Set((user?.seen ?? []).flatMap((key) => itemIndex.get(key) ?? []))
}

function requireKeys(config: Config): void {
  for (const need of ['user', 'item'] as const) if (config.data[need] === undefined) throw keysMissing({ need })
}
