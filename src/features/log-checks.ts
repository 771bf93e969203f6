/** Checks of impression and action logs: what a label or a history made of actions needs, and what does not go with it. */
import type { Issue } from '../base/index.js'
import { isPlainObject } from './checks.js'
import { faultAt } from './errors.js'

/** Keys of a label that a column has, and those that actions have. */
const columnKeys = ['positive', 'atLeast', 'classes', 'separator']
const actionKeys = ['within', 'credit']
/** Who, what and when: an action is found by them. */
const keys = ['user', 'item', 'time']

/** The faults of the data section as far as logs are concerned. */
export function logIssues(data: Readonly<Record<string, unknown>>, head: unknown): Issue[] {
  const { examples, impressions, actions, label, history } = data
  const asked = askedActions(label, history)
  return [
    ...(examples !== undefined && impressions !== undefined
      ? [faultAt('data.impressions', 'must be left out beside data.examples: both name the rows; got both')]
      : []),
    ...(isPlainObject(label) ? labelFaults(label, head) : []),
    ...asked.flatMap((path) => missingFor(path, data)),
    ...(actions !== undefined && asked.length === 0
      ? [
          faultAt(
            'data.actions',
            'must be used by data.label.action or data.history.<name>.action; it is used by neither',
          ),
        ]
      : []),
    ...(isPlainObject(history) ? Object.entries(history).flatMap(historyFaults) : []),
  ]
}

/** Paths of what asks for the action log. */
function askedActions(label: unknown, history: unknown): string[] {
  const ofLabel = isPlainObject(label) && label['action'] !== undefined ? ['data.label.action'] : []
  const named = isPlainObject(history) ? Object.entries(history) : []
  const ofHistories = named.flatMap(([name, one]) =>
    isPlainObject(one) && one['action'] !== undefined ? [`data.history.${name}.action`] : [],
  )
  return [...ofLabel, ...ofHistories]
}

function missingFor(path: string, data: Readonly<Record<string, unknown>>): Issue[] {
  const missing = ['actions', ...keys].filter((key) => data[key] === undefined)
  return missing.length === 0
    ? []
    : [faultAt(path, `must have ${missing.map((key) => `data.${key}`).join(', ')} beside it; got nothing there`)]
}

function labelFaults(label: Readonly<Record<string, unknown>>, head: unknown): Issue[] {
  const isOfActions = label['action'] !== undefined
  if (isOfActions === (label['column'] !== undefined))
    return [faultAt('data.label', `must have either column or action; got ${isOfActions ? 'both' : 'neither'}`)]
  const stray = (isOfActions ? columnKeys : actionKeys).filter((key) => label[key] !== undefined)
  const owner = isOfActions ? 'column' : 'action'
  return [
    ...stray.map((key) => faultAt(`data.label.${key}`, `must be left out: it belongs to a label with ${owner}`)),
    ...(isOfActions && head !== undefined && head !== 'binary'
      ? [faultAt('data.label.action', `must be left out unless model.head is 'binary'; actions happen or do not`)]
      : []),
  ]
}

function historyFaults([name, one]: [string, unknown]): Issue[] {
  if (!isPlainObject(one) || one['action'] === undefined) return []
  return ['where', 'take']
    .filter((key) => one[key] !== undefined)
    .map((key) => faultAt(`data.history.${name}.${key}`, 'must be left out beside action: it is about rows'))
}
