/** Checks of the label and of the loss: what they may have depends on the head. */
import type { Issue } from '../base/index.js'
import type { Check } from './checks.js'
import {
  isDuration,
  isEither,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isPlainObject,
  isRecordOf,
  isText,
  isTextOrNumber,
  textOrTexts,
} from './checks.js'
import { faultAt } from './errors.js'
import type { LabelKind } from './label-kind.js'
import { headLabels } from './label-kind.js'

export const label: Check = isObject({
  column: isText,
  action: isEither({ when: isPlainObject, check: isRecordOf(isNumber(0)) }, { when: () => true, check: textOrTexts }),
  within: isDuration,
  credit: isOneOf('first', 'last'),
  positive: isListOf(isTextOrNumber, 1),
  atLeast: isNumber(),
  classes: isListOf(isTextOrNumber, 2),
  classWeights: isRecordOf(isNumber(0)),
  positiveLabel: isTextOrNumber,
  separator: isText,
})

export const loss: Check = isObject({
  kind: isOneOf('crossEntropy', 'focal', 'squaredError'),
  gamma: isNumber(0),
  alpha: isNumber(0, 1),
  labelSmoothing: isNumber(0, 0.99),
})

const judged = ['positive', 'atLeast']
const classed = ['classes', 'classWeights', 'positiveLabel']

/** Keys beside `column` that a label of each kind may have. */
const keys: Readonly<Record<LabelKind, readonly string[]>> = {
  zeroOne: [...judged, 'classWeights'],
  number: judged,
  class: classed,
  classSet: [...classed, 'separator'],
}

/** What the label section may not have beside its other keys, or with this head. */
export function labelIssues(data: unknown, model: unknown): Issue[] {
  const declared = isPlainObject(data) ? data['label'] : undefined
  if (!isPlainObject(declared)) return []
  const given = isPlainObject(model) ? model['head'] : undefined
  // A head that is no text is told as such elsewhere.
  const head = typeof given === 'string' ? given : 'binary'
  const kind = Object.entries(headLabels).find(([name]) => name === head)?.[1]
  const { classes } = declared
  const names = Array.isArray(classes) ? classes.map(String) : []
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...(declared['positive'] !== undefined && declared['atLeast'] !== undefined
      ? [faultAt('data.label', 'must have either positive or atLeast; got both')]
      : []),
    ...(kind ? strayKeys(declared, keys[kind], head) : []),
    ...twice.map((name) => faultAt('data.label.classes', `must name each class once; got "${name}" twice`)),
  ]
}

function strayKeys(declared: Readonly<Record<string, unknown>>, allowed: readonly string[], head: string): Issue[] {
  const known = new Set(Object.values(keys).flat())
  return Object.keys(declared)
    .filter((key) => known.has(key) && declared[key] !== undefined && !allowed.includes(key))
    .map((key) =>
      faultAt(`data.label.${key}`, `must not be there with head "${head}"; its label may have ${allowed.join(', ')}`),
    )
}
