/** The crosses of a bundle as text. */
import type { InspectResult } from '../pipeline/index.js'
import { countText, textTable } from './table.js'

type CrossReport = InspectResult['crosses'][number]

const countOrNone = (count: number | null): string => (count === null ? '–' : countText(count))

/** Two tables: what became of the tuples, and the strongest ones by name. */
export function crossesText(crosses: readonly CrossReport[]): string[] {
  if (crosses.length === 0) return []
  const counts = crosses.map((cross) => [
    cross.name,
    countOrNone(cross.seen),
    cross.isHashed ? '–' : countText(cross.belowMinCount),
    cross.isHashed ? countText(cross.sharingBucket) : '–',
    countOrNone(cross.weights),
    countOrNone(cross.zero),
    countText(cross.nonZero),
  ])
  const header = ['cross', 'tuples seen', 'below minCount', 'hashed together', 'weights', 'zero by L1', 'not zero']
  const strongest = crosses.flatMap(({ name, positive, negative }) =>
    [...positive, ...negative].map(({ values, weight }) => [
      name,
      values.join(' & '),
      `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(3)}`,
    ]),
  )
  const lines = ['', textTable(header, counts)]
  return strongest.length === 0 ? lines : [...lines, '', textTable(['cross', 'strongest tuples', 'weight'], strongest)]
}

/** All crosses in one line; nothing without crosses. */
export function crossesLine(crosses: readonly CrossReport[]): string[] {
  if (crosses.length === 0) return []
  const sum = (valueOf: (cross: CrossReport) => number | null): string =>
    countText(crosses.reduce((total, cross) => total + (valueOf(cross) ?? 0), 0))
  return [
    `crosses: ${sum(({ seen }) => seen)} tuples seen, ${sum(({ belowMinCount }) => belowMinCount)} below minCount, ${sum(({ zero }) => zero)} zero by L1, ${sum(({ nonZero }) => nonZero)} weights not zero`,
  ]
}
