/** From what is seen of the columns to what they are for: the label, the keys, features, or nothing; each with its reason. */
import { countText } from '../../base/index.js'
import type { ColumnProfile } from './column-profile.js'

export type KeyName = 'user' | 'item' | 'time' | 'position'

export type ColumnRole =
  | { readonly kind: 'label'; readonly why: string; readonly settings: string }
  | { readonly kind: 'key'; readonly key: KeyName; readonly why: string }
  /** `declaration` is the text of a call such as `categorical()`. */
  | { readonly kind: 'feature'; readonly declaration: string; readonly why: string }
  | { readonly kind: 'left out'; readonly why: string }

export interface InferenceHints {
  readonly label?: string | undefined
  /** An action log makes the label: a column that looks like one says what happened later. */
  readonly isOfActions?: boolean
}

/** What columns are called that mean these things; the first that is there is taken. */
const names: Readonly<Record<'label' | KeyName, RegExp>> = {
  label:
    /^(label|target|clicked|click|is_click(ed)?|install(ed)?|purchased?|buy|bought|convert(ed)?|conversion|liked?|rating|y)$/i,
  user: /^(user|customer|member|visitor|account|client|profile|uid)(_?id|_?key)?$/i,
  item: /^(item|app|movie|product|article|sku|video|song|track|book|listing|offer|content|ad)(_?id|_?key)?$/i,
  position: /^(position|rank|slot|place)$/i,
  time: /^(time|timestamp|ts|date|datetime|at|created_?at|event_?time|unix_?time|day)$/i,
}

/** Numbers that are names of something, by what they are called. */
const codes =
  /(^|_)(id|code|zip|postcode|country|region|city|state|hour|weekday|dayofweek|month|category|genre|type|kind|brand|device|os|browser|language|gender|daytime)$/i

/** Distinct values up to which numbers are rather names of something. */
const fewValues = 50
/** Rare tokens are worth a minimum count from so many distinct ones on. */
const manyValues = 1000

/** The roles of the columns, in their order. */
export function inferRoles(profiles: readonly ColumnProfile[], hints: InferenceHints = {}): Map<string, ColumnRole> {
  const special = specialColumns(profiles, hints)
  return new Map(profiles.map((profile) => [profile.name, special.get(profile.name) ?? ordinaryRole(profile)]))
}

function specialColumns(profiles: readonly ColumnProfile[], hints: InferenceHints): Map<string, ColumnRole> {
  const roles = new Map<string, ColumnRole>()
  const label = hints.label ?? profiles.find(({ name, distinct }) => names.label.test(name) && distinct > 1)?.name
  const labelled = profiles.find(({ name }) => name === label)
  if (labelled && hints.isOfActions === true)
    roles.set(
      labelled.name,
      leftOut('it looks like a label, and the action log says what followed: known only afterwards'),
    )
  else if (labelled) roles.set(labelled.name, labelRole(labelled, hints.label !== undefined))
  for (const key of ['user', 'item', 'time', 'position'] as const) {
    const found = profiles.find(({ name, present }) => present > 0 && !roles.has(name) && names[key].test(name))
    if (found) roles.set(found.name, { kind: 'key', key, why: `its name says that it is the ${key}` })
  }
  return roles
}

function labelRole(
  { distinct, numbers, present, minimum, maximum, values }: ColumnProfile,
  isGiven: boolean,
): ColumnRole {
  const origin = isGiven ? 'you named it' : 'its name says so'
  if (numbers === present && minimum === 0 && maximum === 1 && distinct === 2)
    return { kind: 'label', why: `${origin}; 0 or 1`, settings: '' }
  if (distinct === 2) {
    const rarer = values.at(-1) ?? ''
    return {
      kind: 'label',
      why: `${origin}; the rarer of two values counts as positive`,
      settings: `, positive: [${JSON.stringify(rarer)}]`,
    }
  }
  if (numbers === present && maximum !== null && distinct <= fewValues) {
    const most = Math.ceil((4 / 5) * maximum)
    return {
      kind: 'label',
      why: `${origin}; numbers up to ${String(maximum)}, from ${String(most)} on positive`,
      settings: `, atLeast: ${String(most)}`,
    }
  }
  return { kind: 'label', why: `${origin}; look at its values: it is neither 0 and 1 nor two texts`, settings: '' }
}

interface Rule {
  applies(profile: ColumnProfile): boolean
  role(profile: ColumnProfile): ColumnRole
}

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`
const leftOut = (why: string): ColumnRole => ({ kind: 'left out', why })
const feature = (declaration: string, why: string): ColumnRole => ({ kind: 'feature', declaration, why })
const isCode = ({ name, integers, present }: ColumnProfile): boolean => integers === present && codes.test(name)
const isNumeric = ({ numbers, present }: ColumnProfile): boolean => numbers === present

/** The first rule that applies decides. */
const rules: readonly Rule[] = [
  {
    applies: ({ name }) => /propensity/i.test(name),
    role: () => leftOut('the chance that the policy gave it: nobody knows it at serving'),
  },
  { applies: ({ present }) => present === 0, role: () => leftOut('it is empty') },
  {
    applies: ({ distinct }) => distinct === 1,
    role: ({ values }) => leftOut(`it is ${values[0] ?? ''} in every row that has it`),
  },
  {
    applies: ({ lists, present }) => lists > 0.05 * present,
    role: ({ lists, present }) => feature('list(categorical())', `${share(lists, present)} of its values are lists`),
  },
  {
    applies: (profile) => profile.moments > 0.9 * profile.present,
    role: () => leftOut('it is a moment; only data.time says when'),
  },
  {
    applies: (profile) =>
      isNumeric(profile) && profile.integers === profile.present && profile.distinct === profile.rows,
    role: () => leftOut('a number of its own for every row: it counts the rows'),
  },
  {
    applies: (profile) => !isNumeric(profile) && profile.rows >= 50 && profile.distinct > 0.9 * profile.rows,
    role: ({ distinct, rows }) =>
      leftOut(`${countText(distinct)} values in ${countText(rows)} rows: nearly every row has its own`),
  },
  {
    applies: (profile) =>
      isNumeric(profile) && !isCode(profile) && (profile.distinct > fewValues || profile.integers < profile.present),
    role: ({ distinct }) => feature("numeric({ normalize: 'quantiles' })", `${countText(distinct)} distinct numbers`),
  },
  {
    applies: ({ distinct }) => distinct > manyValues,
    role: ({ distinct }) => feature('categorical({ minCount: 5 })', `${countText(distinct)} values, many of them rare`),
  },
  { applies: () => true, role: ({ distinct }) => feature('categorical()', `${countText(distinct)} values`) },
]

const ordinaryRole = (profile: ColumnProfile): ColumnRole =>
  rules.find(({ applies }) => applies(profile))?.role(profile) ?? leftOut('nothing is known of it')
