/** Which models of a comparison are set against which. */
import { summarize } from '../evaluation/index.js'

/** Indices of a model and the one it is set against. */
export type ModelPair = readonly [model: number, reference: number]

/** Up to this many models, every pair is of interest; beyond it, each against the first and the best. */
const everyPairUpTo = 4

/** Each later model against each earlier one; of many models, each against the first and against the best. */
export function comparedPairs(values: readonly (readonly (number | null)[])[], isHigherBetter: boolean): ModelPair[] {
  const every = values.flatMap((_, model) =>
    values.slice(0, model).map((_, reference): ModelPair => [model, reference]),
  )
  if (values.length <= everyPairUpTo) return every
  const best = bestOf(values, isHigherBetter)
  return every.filter(([model, reference]) => reference === 0 || reference === best || model === best)
}

/** The ladder: at each number of crosses joint against ensemble, and each against the same with all crosses. */
export function ladderPairs(modelCount: number): ModelPair[] {
  const [joint, ensemble] = [modelCount - 2, modelCount - 1]
  return Array.from({ length: modelCount / 2 }, (_, rung): ModelPair[] => {
    const [own, other] = [2 * rung, 2 * rung + 1]
    const against: ModelPair = [own, other]
    return own === joint ? [against] : [against, [own, joint], [other, ensemble]]
  }).flat()
}

function bestOf(values: readonly (readonly (number | null)[])[], isHigherBetter: boolean): number {
  const worst = isHigherBetter ? -Infinity : Infinity
  const means = values.map((runs) =>
    runs.length > 0 && !runs.includes(null) ? summarize(runs.map(Number)).mean : worst,
  )
  return means.indexOf(isHigherBetter ? Math.max(...means) : Math.min(...means))
}
