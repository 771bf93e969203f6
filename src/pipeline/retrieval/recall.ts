/** Recall of each source and of their union: of what users liked in a later split, how much is among the first k candidates. */
import type { PreparedData } from '../../data/index.js'
import { readCatalogue } from '../../data/index.js'
import type { Bundle } from '../../model/index.js'
import { hasRetrieval, openRetrieval } from '../../retrieval/index.js'
import type { Retrieval, RetrievalRequest } from '../../retrieval/index.js'
import { evenly, relevantItems } from '../ranked-lists.js'
import { byTime, rememberedItems } from './read-log.js'

/** Lengths of candidate lists that are judged, as far as the catalogue is longer. */
const lengths = [50, 200]
/** Users at most, evenly spread: enough for two digits. */
const mostUsers = 2000

export interface RecallReport {
  /** Lengths of the lists. */
  readonly k: readonly number[]
  /** Users who liked something new to them. */
  readonly users: number
  /** Mean recall at each length: `random` first, each source, and `union`, which is what is ranked. */
  readonly recall: Readonly<Record<string, readonly number[]>>
}

export interface RecallOptions {
  readonly bundle: Pick<Bundle, 'directory' | 'encoder' | 'config'>
  readonly data: PreparedData
  readonly split: string
}

/** Judges a bundle's retrieval on a split; `null` where it has none, or nobody liked anything new there. */
export async function retrievalRecall({ bundle, data, split }: RecallOptions): Promise<RecallReport | null> {
  if (!hasRetrieval(bundle.directory)) return null
  const { items } = await readCatalogue(data.directory)
  const judged = await judgedUsers({ bundle, data, split }, items)
  const k = lengths.filter((length) => length < items.length)
  if (judged.length === 0 || k.length === 0) return null
  const retrieval = await openRetrieval(bundle.directory, { items, encoder: bundle.encoder })
  try {
    const lists = {
      random: null,
      ...Object.fromEntries(retrieval.sources.map(({ name }) => [name, name])),
      union: null,
    }
    const sums = new Map(Object.keys(lists).map((name) => [name, k.map(() => 0)]))
    for (const user of judged) await addRecalls(retrieval, user, { k, itemCount: items.length, sums })
    // Some sources answer only those who ask for items like another.
    const answering = [...sums].filter(([, all]) => all.some((sum) => sum > 0))
    const recall = answering.map(([name, all]) => [name, all.map((sum) => sum / judged.length)] as const)
    return { k, users: judged.length, recall: Object.fromEntries(recall) }
  } finally {
    await retrieval.close()
  }
}

interface JudgedUser {
  readonly request: RetrievalRequest
  readonly seen: ReadonlySet<number>
  /** What the user liked in the split, without what was seen before. */
  readonly liked: ReadonlySet<number>
}

/** Users of a split as they were at the end of the training split. */
async function judgedUsers(
  { bundle, data, split }: RecallOptions,
  items: readonly { readonly key: string }[],
): Promise<JudgedUser[]> {
  const { users } = await readCatalogue(data.directory)
  const itemIndex = new Map(items.map(({ key }, index) => [key, index]))
  const histories = await historiesByUser(data)
  const nowMs = histories.untilMs
  const likes = relevantItems(await data.split(split).positives(), itemIndex)
  const known = new Map(users.map((user) => [user.key, user]))
  return evenly([...likes.keys()].sort(), mostUsers).flatMap((key) => {
    const user = known.get(key)
    const row = user?.features ?? {}
    const history = [...new Set([...rememberedItems(bundle.config, row), ...(histories.byUser.get(key) ?? [])])]
    const seen = new Set([...(user?.seen ?? []), ...history].flatMap((item) => itemIndex.get(item) ?? []))
    const liked = new Set([...(likes.get(key) ?? [])].filter((item) => !seen.has(item)))
    return liked.size > 0 ? [{ request: { user: key, row, history, nowMs }, seen, liked }] : []
  })
}

/** Keys of what each user liked in the training split, oldest first, and the moment of the last. */
async function historiesByUser(data: PreparedData): Promise<{ byUser: Map<string, string[]>; untilMs: number }> {
  const positives = await data.split('train').positives()
  const byUser = new Map<string, string[]>()
  let untilMs = Number.NEGATIVE_INFINITY
  for (const row of byTime(positives)) {
    const user = positives.userKeys[positives.users[row] ?? 0] ?? ''
    const item = positives.itemKeys[positives.items[row] ?? 0] ?? ''
    const own = byUser.get(user)
    if (own) own.push(item)
    else byUser.set(user, [item])
    untilMs = Math.max(untilMs, positives.timesMs[row] ?? untilMs)
  }
  return { byUser, untilMs }
}

interface Sums {
  readonly k: readonly number[]
  readonly itemCount: number
  readonly sums: ReadonlyMap<string, number[]>
}

async function addRecalls(
  retrieval: Retrieval,
  { request, seen, liked }: JudgedUser,
  { k, itemCount, sums }: Sums,
): Promise<void> {
  const longest = k.at(-1) ?? 0
  const add = (name: string, recallAt: (length: number) => number): void => {
    for (const [index, length] of k.entries()) {
      const own = sums.get(name)
      if (own) own[index] = (own[index] ?? 0) + recallAt(length)
    }
  }
  const found =
    (items: readonly number[]) =>
    (length: number): number =>
      items.slice(0, length).filter((item) => liked.has(item)).length / liked.size
  add('random', (length) => Math.min(1, length / (itemCount - seen.size)))
  for (const source of retrieval.sources) {
    const candidates = await source.candidates(request, longest + seen.size)
    add(source.name, found(candidates.map(({ item }) => item).filter((item) => !seen.has(item))))
  }
  for (const [index, length] of k.entries()) {
    const { items } = await retrieval.retrieve(request, { k: length, exclude: seen })
    const own = sums.get('union')
    if (own) own[index] = (own[index] ?? 0) + found([...items])(length)
  }
}
