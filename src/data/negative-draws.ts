/**
 * Which items stand in for negatives: drawn from a distribution, a few for each positive row, or every item that the user did
 * not act on, dealt out over the user's positive rows. A pure function of seed, epoch and row.
 */
import { randomKey, randomUniform } from '../base/index.js'
import type { NegativesDeclaration } from '../features/index.js'
import type { Batch } from './batches.js'
import type { CatalogueItem } from './catalogue.js'
import type { ExampleKeys } from './encoded-dataset.js'
import { negativesTooMany } from './errors.js'

type Sampling = NonNullable<NegativesDeclaration['sampling']>

export interface DrawInput {
  readonly declaration: NegativesDeclaration
  readonly items: readonly CatalogueItem[]
  /** User, item and label of each row of the training split. */
  readonly keys: ExampleKeys
  readonly seed: number
}

export interface NegativeDraws {
  /** Rows that a positive becomes at most, itself included. */
  readonly mostRows: number
  /**
   * Items for the positives of a batch: `sources` are rows of the batch, its own and then those repeated; `drawn` their items
   * as places in the catalogue, −1 for none.
   */
  draw(batch: Batch, epoch: number): { readonly sources: Uint32Array; readonly drawn: Int32Array }
  /** `−log(items · q)` of an item (−1: unknown): 0 when every item is as likely. */
  offset(item: number): number
  /** The item of a row of the training split, −1 for an unknown one. */
  itemOf(row: number): number
}

export const defaultPerPositive = 4
/** Mikolov et al. 2013: flatter than the counts themselves. */
const popularityPower = 0.75
/** Draws for one negative before it is given up: only a user who acted on nearly everything needs as many. */
const mostDraws = 64
/** Rows of an epoch up to which all items may be ranked for every user: some minutes of work. */
const mostPairs = 200_000_000

/** Prepares the draws that a config declares. Throws `DATA_NEGATIVES_TOO_MANY`. */
export function createNegativeDraws(input: DrawInput): NegativeDraws {
  return strategies[input.declaration.sampling ?? 'uniform'](input, actsOf(input))
}

const strategies: Readonly<Record<Sampling, (input: DrawInput, acts: Acts) => NegativeDraws>> = {
  uniform: (input, acts) => sampled(input, acts, uniformDistribution(input.items)),
  popularity: (input, acts) => sampled(input, acts, popularityDistribution(input.items)),
  inBatch: (input, acts) => sampled(input, acts, batchDistribution(input.items)),
  all: allOthers,
}

/** What is known of the rows of the training split. */
interface Acts {
  readonly userCount: number
  itemOf(row: number): number
  /** Items that the row's user has a positive row for. */
  itemsOf(row: number): ReadonlySet<number>
  /** Which of the user's positive rows this one is, and how many there are. */
  placeOf(row: number): { readonly place: number; readonly count: number }
}

interface UserActs {
  readonly items: Set<number>
  count: number
}

function actsOf({ items, keys }: DrawInput): Acts {
  const indexOf = new Map(items.map(({ key }, index) => [key, index]))
  const itemOfRow = Int32Array.from(keys.item ?? [], (item) => (item === null ? -1 : (indexOf.get(item) ?? -1)))
  const places = new Uint32Array(itemOfRow.length)
  const users = new Map<string, UserActs>()
  for (const [row, user] of (keys.user ?? []).entries()) {
    if (user === null || (keys.label[row] ?? 0) <= 0) continue
    const acts = users.get(user) ?? { items: new Set(), count: 0 }
    users.set(user, acts)
    places[row] = acts.count++
    const item = itemOfRow[row] ?? -1
    if (item >= 0) acts.items.add(item)
  }
  const nobody: UserActs = { items: new Set(), count: 1 }
  const actsOfRow = (row: number): UserActs => users.get(keys.user?.[row] ?? '') ?? nobody
  return {
    userCount: users.size,
    itemOf: (row) => itemOfRow[row] ?? -1,
    itemsOf: (row) => actsOfRow(row).items,
    placeOf: (row) => ({ place: places[row] ?? 0, count: actsOfRow(row).count }),
  }
}

interface Distribution {
  /** An item from a number in [0, 1); `batchItems` are those of the batch's positives. */
  draw(uniform: number, batchItems: Int32Array): number
  /** `−log(items · q)` of an item: 0 when sampling is uniform. */
  offset(item: number): number
}

const uniformDistribution = (items: readonly CatalogueItem[]): Distribution => ({
  draw: (uniform) => Math.floor(uniform * items.length),
  offset: () => 0,
})

function popularityDistribution(items: readonly CatalogueItem[]): Distribution {
  const masses = Float64Array.from(items, ({ positives }) => positives ** popularityPower)
  const cumulative = cumulate(masses)
  return {
    draw: (uniform) => indexAt(cumulative, uniform * (cumulative.at(-1) ?? 0)),
    offset: (item) => logOdds(masses, cumulative, item),
  }
}

function batchDistribution(items: readonly CatalogueItem[]): Distribution {
  const masses = Float64Array.from(items, ({ positives }) => positives)
  const cumulative = cumulate(masses)
  return {
    draw: (uniform, batchItems) => batchItems[Math.floor(uniform * batchItems.length)] ?? -1,
    offset: (item) => logOdds(masses, cumulative, item),
  }
}

function cumulate(masses: Float64Array): Float64Array {
  let sum = 0
  return masses.map((mass) => (sum += mass))
}

/** The first index whose cumulative mass exceeds a value. */
function indexAt(cumulative: Float64Array, value: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cumulative[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

function logOdds(masses: Float64Array, cumulative: Float64Array, item: number): number {
  const share = (masses[item] ?? 0) / (cumulative.at(-1) ?? 1)
  return share > 0 ? -Math.log(masses.length * share) : 0
}

/** A few draws for each positive, never an item that the user acted on. */
function sampled({ declaration, seed }: DrawInput, acts: Acts, distribution: Distribution): NegativeDraws {
  const perPositive = declaration.perPositive ?? defaultPerPositive
  const drawOne = (key: number, first: number, of: { batchItems: Int32Array; acted: ReadonlySet<number> }): number => {
    for (let attempt = 0; attempt < mostDraws; attempt++) {
      const item = distribution.draw(randomUniform(key, first + attempt), of.batchItems)
      if (item >= 0 && !of.acted.has(item)) return item
    }
    return -1
  }
  return {
    mostRows: 1 + perPositive,
    offset: (item) => distribution.offset(item),
    itemOf: acts.itemOf,
    draw(batch, epoch) {
      const key = randomKey(seed, 'negatives', epoch)
      const positives = positivesOf(batch)
      const batchItems = Int32Array.from(positives, (row) => acts.itemOf(batch.rows[row] ?? 0))
      return repeated(batch, positives, (own) => {
        const acted = acts.itemsOf(own)
        // Numbers of its own for each negative, whatever the others needed.
        return Array.from({ length: perPositive }, (_, index) =>
          drawOne(key, (own * perPositive + index) * mostDraws, { batchItems, acted }),
        )
      })
    },
  }
}

/** Every item that a user did not act on, once an epoch, dealt out over the user's positive rows. */
function allOthers({ items }: DrawInput, acts: Acts): NegativeDraws {
  if (acts.userCount * items.length > mostPairs)
    throw negativesTooMany({ users: acts.userCount, items: items.length, most: mostPairs })
  return {
    mostRows: items.length,
    offset: () => 0,
    itemOf: acts.itemOf,
    draw: (batch, epoch) =>
      repeated(batch, positivesOf(batch), (own) => {
        const { place, count } = acts.placeOf(own)
        const acted = acts.itemsOf(own)
        const mine: number[] = []
        let dealt = epoch
        for (let item = 0; item < items.length; item++) {
          if (!acted.has(item) && dealt++ % count === place) mine.push(item)
        }
        return mine
      }),
  }
}

const positivesOf = (batch: Batch): Uint32Array =>
  Uint32Array.from(batch.rows.keys()).filter((row) => (batch.labels[row] ?? 0) > 0)

/** The batch's own rows, and each positive once more for every item that `itemsFor` (its row in the split) names. */
function repeated(
  batch: Batch,
  positives: Uint32Array,
  itemsFor: (own: number) => readonly number[],
): ReturnType<NegativeDraws['draw']> {
  const sources: number[] = Array.from(batch.rows.keys())
  const drawn: number[] = sources.map(() => -1)
  for (const row of positives) {
    for (const item of itemsFor(batch.rows[row] ?? 0)) {
      sources.push(row)
      drawn.push(item)
    }
  }
  return { sources: Uint32Array.from(sources), drawn: Int32Array.from(drawn) }
}
