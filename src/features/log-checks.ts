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
  const { examples, impressions, actions, label, history, aggregates } = data
  const asked = [...askedActions(label, history), ...askedBy(aggregates, 'aggregates')]
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
            'must be used by the action of data.label, of a history or of an aggregate; it is used by none',
          ),
        ]
      : []),
    ...(isPlainObject(history) ? Object.entries(history).flatMap(historyFaults) : []),
    ...(isPlainObject(aggregates) ? Object.entries(aggregates).flatMap((one) => aggregateFaults(one, data)) : []),
  ]
}

/** Paths of what asks for the action log. */
function askedActions(label: unknown, history: unknown): string[] {
  const ofLabel = isPlainObject(label) && label['action'] !== undefined ? ['data.label.action'] : []
  return [...ofLabel, ...askedBy(history, 'history')]
}

function askedBy(section: unknown, key: string): string[] {
  const named = isPlainObject(section) ? Object.entries(section) : []
  return named.flatMap(([name, one]) =>
    isPlainObject(one) && one['action'] !== undefined ? [`data.${key}.${name}.action`] : [],
  )
}

/** An aggregate needs the keys and moments of the rows; a rate is one of actions; two things of one name are one too many. */
function aggregateFaults([name, one]: [string, unknown], data: Readonly<Record<string, unknown>>): Issue[] {
  const path = `data.aggregates.${name}`
  const missing = keys.filter((key) => data[key] === undefined)
  const { history } = data
  return [
    ...(missing.length > 0
      ? [faultAt(path, `must have ${missing.map((key) => `data.${key}`).join(', ')} beside it; got nothing there`)]
      : []),
    ...(isPlainObject(one) && one['take'] === 'rate' && one['action'] === undefined
      ? [faultAt(`${path}.action`, 'must be given for a rate: it is one of actions per impression; got nothing')]
      : []),
    ...(isPlainObject(history) && Object.hasOwn(history, name)
      ? [faultAt(path, 'must have a name of its own; data.history has one of this name')]
      : []),
  ]
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
  const isEmpty = isPlainObject(label['action']) && Object.keys(label['action']).length === 0
  return [
    ...stray.map((key) => faultAt(`data.label.${key}`, `must be left out: it belongs to a label with ${owner}`)),
    ...(isEmpty ? [faultAt('data.label.action', 'must name at least one kind of action; got an empty object')] : []),
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
