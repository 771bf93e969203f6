/** The items and users that a bundle carries: what `recommend` and ranked evaluation look features up in. */
import { join } from 'node:path'
import { readCatalogue } from '../data/index.js'
import type { CatalogueItem, CatalogueUser } from '../data/index.js'
import type { Config } from '../features/index.js'
import { featureGroups } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import { createRanker } from '../ranking/index.js'
import type { Ranker } from '../ranking/index.js'
import { keysMissing, rankingUndefined } from './errors.js'

export interface BundleCatalogue {
  readonly items: readonly CatalogueItem[]
  readonly users: ReadonlyMap<string, CatalogueUser>
  readonly itemIndex: ReadonlyMap<string, number>
  readonly ranker: Ranker
}

/** Reads the catalogue of a bundle and prepares a ranker over its items. */
export const openCatalogue = (bundle: Bundle): Promise<BundleCatalogue> =>
  openCatalogueOf(bundle, join(bundle.directory, 'catalogue'))

/** The same for a model that is not a bundle yet, with the directory of its catalogue. */
export async function openCatalogueOf(
  model: Pick<Bundle, 'config' | 'encoder' | 'model' | 'score'> & Partial<Pick<Bundle, 'scoreRanked'>>,
  directory: string,
): Promise<BundleCatalogue> {
  requireKeys(model.config)
  if (!model.model.output.rankWeights) throw rankingUndefined({ classes: model.model.output.labels })
  const { items, users } = await readCatalogue(directory)
  const itemFeatures = new Set(Object.keys(featureGroups(model.config).item ?? {}))
  return {
    items,
    users: new Map(users.map((user) => [user.key, user])),
    itemIndex: new Map(items.map((item, index) => [item.key, index])),
    ranker: createRanker(model, {
      items: items.map((item) => item.features),
      itemFeatures,
      constants: positionAtServing(model.config),
    }),
  }
}

/** The position is what a ranking is to find, so no item has one yet. */
export function positionAtServing({ data }: Config): Readonly<Record<string, string | number>> {
  const { position } = data
  return position ? { [position.column]: position.atServing ?? 1 } : {}
}

/** Indices of the items that a user acted on in training. */
export function seenItems({ itemIndex }: BundleCatalogue, user: CatalogueUser | undefined): Set<number> {
  return new Set((user?.seen ?? []).flatMap((key) => itemIndex.get(key) ?? []))
}

function requireKeys(config: Config): void {
  for (const need of ['user', 'item'] as const) if (config.data[need] === undefined) throw keysMissing({ need })
}
