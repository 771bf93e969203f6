/** Checks of the data section: each key alone, and what only several of them tell. */
import type { Issue } from '../base/index.js'
import { shown } from '../base/index.js'
import type { Check } from './checks.js'
import {
  isBoolean,
  isDuration,
  isCount,
  isEither,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isPlainObject,
  isRecordOf,
  isText,
  isTextOrNumber,
  isTextLike,
  textOrTexts,
} from './checks.js'
import { faultAt } from './errors.js'
import { label } from './label-checks.js'
import { logIssues } from './log-checks.js'

const format = isObject({
  type: isOneOf('csv', 'parquet', 'ndjson'),
  delimiter: isText,
  encoding: isOneOf('utf-8', 'latin-1', 'utf-16'),
  null: textOrTexts,
  header: isBoolean,
  columns: isListOf(isText, 1),
  quote: (value, path) => (value === '' ? [] : isText(value, path)),
  badRows: isNumber(0, 1),
})
const shareOrDuration = isEither(
  {
    when: (value) => typeof value === 'string',
    check: isTextLike(/^\d+(\.\d+)?[smhdw]$/, "a share or a duration such as '1d'"),
  },
  { when: () => true, check: isNumber(0, 1) },
)
const splitForms: Readonly<Record<string, Check>> = {
  time: isObject({ by: isText, column: isText, validation: shareOrDuration, test: shareOrDuration, gap: isDuration }),
  column: isObject({ by: isText, column: isText }, ['column']),
  user: isObject({ by: isText, validation: isNumber(0, 1), test: isNumber(0, 1), seed: isCount(0) }),
  random: isObject({
    by: isText,
    validation: isNumber(0, 1),
    test: isNumber(0, 1),
    seed: isCount(0),
    within: isOneOf('user'),
  }),
}
const split: Check = (value, path) => {
  const by = isPlainObject(value) ? value['by'] : undefined
  const form = typeof by === 'string' ? splitForms[by] : undefined
  return form ? form(value, path) : isOneOf(...Object.keys(splitForms))(by, `${path}.by`)
}
const actions = isEither(
  {
    when: isPlainObject,
    check: isObject(
      {
        from: textOrTexts,
        kind: isText,
        user: isText,
        item: isText,
        time: isText,
        known: isText,
        request: isText,
        format,
      },
      ['from'],
    ),
  },
  { when: () => true, check: textOrTexts },
)
const impressions = isEither(
  { when: isPlainObject, check: isObject({ from: textOrTexts, known: isText, seen: isText }, ['from']) },
  { when: () => true, check: textOrTexts },
)
export const data: Check = isObject({
  examples: textOrTexts,
  validation: textOrTexts,
  test: textOrTexts,
  format,
  join: isListOf(
    isObject(
      {
        from: isText,
        on: isEither(
          { when: isPlainObject, check: isObject({ examples: isText, table: isText }, ['examples', 'table']) },
          { when: () => true, check: isText },
        ),
        format,
      },
      ['from', 'on'],
    ),
  ),
  label,
  weight: isText,
  split,
  user: isText,
  item: isText,
  time: isText,
  title: isText,
  history: isRecordOf(
    isObject(
      {
        of: isText,
        where: isObject({ column: isText, atLeast: isNumber() }, ['column', 'atLeast']),
        last: isCount(),
        take: isOneOf('earlier', 'others'),
        action: textOrTexts,
      },
      ['of'],
    ),
  ),
  propensity: isObject({ column: isText, clip: isNumber(1) }, ['column']),
  position: isObject({ column: isText, atServing: isTextOrNumber, lastSeen: isNumber(0) }, ['column']),
  aggregates: isRecordOf(
    isObject(
      {
        take: isOneOf('count', 'rate', 'recency'),
        by: isEither(
          { when: Array.isArray, check: isListOf(isOneOf('user', 'item'), 1) },
          { when: () => true, check: isOneOf('user', 'item') },
        ),
        action: textOrTexts,
        within: isDuration,
        smoothing: isNumber(0),
      },
      ['take', 'by'],
    ),
  ),
  negatives: isObject({ sampling: isOneOf('uniform', 'popularity', 'inBatch', 'all'), perPositive: isCount(1, 1000) }),
  impressions,
  exclude: textOrTexts,
  actions,
})

/** What no key of the data section tells alone. */
export function dataIssues(value: unknown, head: unknown): Issue[] {
  if (!isPlainObject(value)) return []
  const { examples, impressions, label: declared, split: parts } = value
  const issues: Issue[] = []
  if (examples === undefined && impressions === undefined)
    issues.push(faultAt('data.examples', 'must name the labelled rows; got nothing'))
  if (declared === undefined)
    issues.push(faultAt('data.label', "must name the label, for example { column: 'clicked' }; got nothing"))
  issues.push(...keyIssues(value), ...logIssues(value, head))
  const { validation, test } = isPlainObject(parts) ? parts : {}
  if (typeof validation === 'number' && typeof test === 'number' && validation + test >= 1)
    issues.push(
      faultAt('data.split', `must leave rows for training; got shares of ${shown(validation)} and ${shown(test)}`),
    )
  return issues
}

/** Parts that need to know who, what or when. */
function keyIssues({ split: parts, negatives, history, user, item }: Record<string, unknown>): Issue[] {
  const isByTime = isPlainObject(parts) && parts['by'] === 'time'
  const histories = isPlainObject(history) ? Object.entries(history) : []
  const need = (what: string, isNeeded: boolean, key: 'user' | 'item'): Issue[] =>
    isNeeded && { user, item }[key] === undefined
      ? [faultAt(`data.${key}`, `must name the ${key} column for ${what}; got nothing`)]
      : []
  return [
    ...need('data.negatives', negatives !== undefined, 'user'),
    ...need('data.negatives', negatives !== undefined, 'item'),
    ...(isPlainObject(negatives) && negatives['sampling'] === 'all' && negatives['perPositive'] !== undefined
      ? [
          faultAt(
            'data.negatives.perPositive',
            "must be left out with sampling 'all': that takes every item; got a number",
          ),
        ]
      : []),
    ...need('a split by user', isPlainObject(parts) && parts['by'] === 'user', 'user'),
    ...need('a split within users', isPlainObject(parts) && parts['within'] === 'user', 'user'),
    ...histories.flatMap(([name, one]) =>
      isByTime && isPlainObject(one) && one['take'] === 'others'
        ? [
            faultAt(
              `data.history.${name}.take`,
              "must be 'earlier' with a split by time: the others are of the future; got 'others'",
            ),
          ]
        : [],
    ),
  ]
}
