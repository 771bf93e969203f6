/** Why an item of the bundle's catalogue has its score for a user. */
import { suggestion } from '../base/index.js'
import type { Config, RawValue } from '../features/index.js'
import { allFeatures, constantsAtServing, sourceColumnOf, stateOwner, withRequest } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { explain } from '../ranking/index.js'
import type { Explanation } from '../ranking/index.js'
import type { BundleCatalogue } from './catalogue.js'
import { openCatalogue } from './catalogue.js'
import { itemUnknown, userUnknown } from './errors.js'

export interface ExplainItemOptions {
  readonly bundle: string
  readonly user: string
  readonly item: string
  readonly context?: Readonly<Record<string, RawValue>>
  /** User features given with the request; they win over the stored ones. */
  readonly features?: Readonly<Record<string, RawValue>>
}

export interface ExplainResult extends Explanation {
  readonly bundle: string
  readonly user: string
  readonly item: string
  readonly title: string | null
}

/** Explains the score that `recommendItems` gives an item for the same user, features and context. */
export async function explainItem(options: ExplainItemOptions): Promise<ExplainResult> {
  const bundle = await openBundle(options.bundle)
  try {
    const catalogue = await openCatalogue(bundle)
    const user = catalogue.users.get(options.user)
    if (!user && Object.keys(options.features ?? {}).length === 0) throw userUnknown({ user: options.user })
    const item = catalogue.items[catalogue.itemIndex.get(options.item) ?? -1]
    if (!item) throw itemUnknown({ item: options.item, hint: suggestion(options.item, catalogue.itemIndex.keys()) })
    const given = { ...options.features, ...options.context }
    const request = withRequest(bundle.config, user?.features ?? {}, given)
    const row = { ...constantsAtServing(bundle.config), ...request, ...item.features }
    const explanation = await explain(bundle, row, { titleOf: titlesOf(bundle.config, catalogue) })
    return { bundle: options.bundle, user: options.user, item: item.key, title: item.title, ...explanation }
  } finally {
    await bundle.close()
  }
}

/** Titles of the values that are keys of items: those of the item column, and of what shares its vocabulary. */
function titlesOf(
  config: Config,
  { items, itemIndex }: BundleCatalogue,
): (column: string, value: string) => string | null | undefined {
  const features = allFeatures(config)
  return (column, value) =>
    sourceColumnOf(stateOwner(column, features), features) === config.data.item
      ? items[itemIndex.get(value) ?? -1]?.title
      : null
}
