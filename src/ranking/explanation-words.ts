/** An explanation in words: one sentence for each of the strongest parts, by plain templates. */
import type { Config } from '../features/index.js'
import { allFeatures, featureGroups } from '../features/index.js'
import type { ExplanationPart, PartKind } from './explanation.js'

/** More than a reader remembers. */
const mostSentences = 5

/** The strongest parts, strongest first; bias and residue say nothing of the row. */
export function explanationWords(config: Pick<Config, 'features'>, parts: readonly ExplanationPart[]): string[] {
  const groups = featureGroups(config)
  const features = allFeatures(config)
  const isItem = (column: string): boolean => Object.hasOwn(groups.item ?? {}, column)
  const isUserList = (column: string): boolean =>
    Object.hasOwn(groups.user ?? {}, column) && features[column]?.inner !== undefined
  return parts
    .filter((part) => templates[part.kind] && part.contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, mostSentences)
    .map((part) => sentence(part, { isItem, isUserList }))
}

interface Roles {
  isItem(column: string): boolean
  isUserList(column: string): boolean
}

interface Told {
  readonly isFor: boolean
  /** The whole part: `category=game and hour=20`. */
  readonly value: string
  /** The item's side and the others'; empty where there is none. */
  readonly item: string
  readonly rest: string
  /** What the user has of a list: "you installed X"; empty where there is none. */
  readonly had: string
}

const templates: Readonly<Partial<Record<PartKind, (told: Told) => string>>> = {
  wide({ isFor, value, item, had }) {
    if (had) return isFor ? `because ${had}` : `although ${had}`
    if (item) return isFor ? `${item} is popular` : `${item} is not popular`
    return isFor ? `${value} raises every score` : `${value} lowers every score`
  },
  cross({ isFor, value, item, rest, had }) {
    if (had && item)
      return isFor ? `because ${had}, and ${item} goes with it` : `${had}, and ${item} goes badly with it`
    if (item && rest) return isFor ? `${item} is popular in ${rest}` : `${item} is not popular in ${rest}`
    return isFor ? `${value} speaks for it` : `${value} speaks against it`
  },
  deep({ isFor, value, had }) {
    if (had) return isFor ? `because ${had}` : `although ${had}`
    return isFor ? `${value} speaks for it` : `${value} speaks against it`
  },
}

function sentence(part: ExplanationPart, roles: Roles): string {
  const { kind, columns, values, contribution } = part
  const pairs = columns.map((column, index) => ({ column, value: values[index] ?? '(unknown)' }))
  const text = (some: typeof pairs): string => some.map(({ column, value }) => `${column}=${value}`).join(' and ')
  const told: Told = {
    isFor: contribution > 0,
    value: part.value,
    item: text(pairs.filter(({ column }) => roles.isItem(column))),
    rest: text(pairs.filter(({ column }) => !roles.isItem(column))),
    had: pairs
      .filter(({ column }) => roles.isUserList(column))
      .map(({ column, value }) => hadText(column, value))
      .join(' and '),
  }
  const where = kind === 'deep' ? ', in the deep part' : ''
  return `${templates[kind]?.(told) ?? part.value} (${contribution > 0 ? '+' : '−'}${Math.abs(contribution).toFixed(2)}${where})`
}

/** A list named by what the user did reads as a verb: "you installed X". */
const hadText = (column: string, value: string): string =>
  /(ed|seen|bought|read)$/.test(column) ? `you ${column} ${value}` : `${value} is in your ${column}`
