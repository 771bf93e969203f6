/** What a label says about the row's item: whether it was liked, and whether the user acted on it. */
import type { Config } from '../features/index.js'
import { labelKindOf } from '../features/index.js'

interface Relevance {
  /** A condition on a column of numbered labels: the item was liked. */
  relevant(label: string, config: Config, classes: readonly string[]): string
  /** Whether a row is an act whatever its label: a rating is one, a 0 among clicks is an item that was only shown. */
  readonly isAct: boolean
}

const isPositive = (label: string): string => `${label} > 0`

const relevances: Readonly<Record<ReturnType<typeof labelKindOf>, Relevance>> = {
  zeroOne: { relevant: isPositive, isAct: false },
  number: { relevant: isPositive, isAct: true },
  class: {
    relevant(label, config, classes) {
      const positive = positiveClass(config, classes)
      if (positive >= 0) return `${label} = ${String(positive)}`
      // Ratings as classes: above 0, as ratings that are numbers.
      const places = classes.flatMap((name, place) => (Number(name) > 0 ? [String(place)] : []))
      return places.length > 0 ? `${label} IN (${places.join(', ')})` : 'false'
    },
    isAct: true,
  },
  classSet: {
    relevant(label, config, classes) {
      const positive = positiveClass(config, classes)
      return positive >= 0 ? `${label}[${String(positive + 1)}] > 0` : `list_max(${label}) > 0`
    },
    isAct: false,
  },
}

const positiveClass = ({ data }: Config, classes: readonly string[]): number =>
  data.label?.positiveLabel === undefined ? -1 : classes.indexOf(String(data.label.positiveLabel))

/** The condition that a row's item was liked; `label` is the column of its numbered label. */
export const relevantSql = (config: Config, label: string, classes: readonly string[] = []): string =>
  relevances[labelKindOf(config.model)].relevant(label, config, classes)

/** The condition that the user acted on a row's item. */
export function actedSql(config: Config, label: string, classes: readonly string[] = []): string {
  const { isAct } = relevances[labelKindOf(config.model)]
  const { atLeast, positiveLabel } = config.data.label ?? {}
  const always = atLeast !== undefined || (isAct && positiveLabel === undefined)
  return always ? 'true' : relevantSql(config, label, classes)
}
