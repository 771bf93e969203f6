/** An explanation in words: one sentence for each of the strongest parts, by plain templates. */
import { countText } from '../base/index.js'
import type { Config } from '../features/index.js'
import { allFeatures, featureGroups } from '../features/index.js'
import type { ExplanationPart, PartKind } from './explanation.js'

/** More than a reader remembers. */
const mostSentences = 5

/** What people call a value, where that is not the value itself: the title of an item. */
export type TitleOf = (column: string, value: string) => string | null | undefined

/** The strongest parts, strongest first; bias and residue say nothing of the row. */
export function explanationWords(
  config: Pick<Config, 'features'>,
  parts: readonly ExplanationPart[],
  titleOf: TitleOf = () => null,
): string[] {
  const roles = rolesOf(config)
  return parts
    .filter(({ kind, contribution }) => templates[kind] && contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, mostSentences)
    .map((part) => sentence(part, roles, titleOf))
}

interface Roles {
  isItem(column: string): boolean
  isUserList(column: string): boolean
}

function rolesOf(config: Pick<Config, 'features'>): Roles {
  const { user = {}, item = {} } = featureGroups(config)
  const features = allFeatures(config)
  return {
    isItem: (column) => Object.hasOwn(item, column),
    isUserList: (column) => Object.hasOwn(user, column) && features[column]?.inner !== undefined,
  }
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
    if (had) return `${isFor ? 'because' : 'although'} ${had}`
    if (item) return `${item} is ${isFor ? '' : 'not '}popular`
    return `${value} ${isFor ? 'raises' : 'lowers'} every score`
  },
  cross({ isFor, value, item, rest, had }) {
    if (had && item) return `${isFor ? 'because' : 'although'} ${had}: ${item} goes ${isFor ? 'well' : 'badly'} with it`
    if (item && rest) return `${item} is ${isFor ? '' : 'not '}popular in ${rest}`
    return `${value} speaks ${isFor ? 'for' : 'against'} it`
  },
  deep({ isFor, value, had }) {
    if (had) return `${isFor ? 'because' : 'although'} ${had}`
    return `${value} speaks ${isFor ? 'for' : 'against'} it`
  },
}

function sentence(part: ExplanationPart, roles: Roles, titleOf: TitleOf): string {
  const { kind, columns, values, contribution, seen = null } = part
  const named = columns.map((column, index) => {
    const value = values[index] ?? null
    const title = value === null ? null : titleOf(column, value)
    return { column, name: title ?? value ?? '(unknown)', text: title ?? `${column}=${value ?? '(unknown)'}` }
  })
  const textOf = (some: typeof named): string => some.map(({ text }) => text).join(' and ')
  const told: Told = {
    isFor: contribution > 0,
    value: textOf(named),
    item: textOf(named.filter(({ column }) => roles.isItem(column))),
    rest: textOf(named.filter(({ column }) => !roles.isItem(column))),
    had: named
      .filter(({ column }) => roles.isUserList(column))
      .map(({ column, name }) => hadText(column, name))
      .join(' and '),
  }
  const amount = `${contribution > 0 ? '+' : '−'}${Math.abs(contribution).toFixed(2)}`
  const evidence = seen === null ? '' : `, seen ${countText(seen)} ${seen === 1 ? 'time' : 'times'}`
  return `${templates[kind]?.(told) ?? told.value} (${amount}${kind === 'deep' ? ', deep part' : ''}${evidence})`
}

/** A list that is named by what the user did reads as a verb: "you installed X". */
const hadText = (column: string, name: string): string =>
  /(ed|seen|bought|read)$/.test(column) ? `you ${column} ${name}` : `${name} is in your ${column}`
