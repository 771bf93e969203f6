/** Which models a comparison has, and what must be trained for each. */
import { declaredCrosses } from '../features/index.js'
import type { ComparedData } from './compare-data.js'
import { comparePartUnknown } from './errors.js'
import type { Overrides } from './overrides.js'

/** `configured`: the parts that the config itself switches on. */
export const comparedParts = ['wide', 'deep', 'joint', 'ensemble', 'configured'] as const
export type ComparedPart = (typeof comparedParts)[number]

export interface PlannedModel {
  readonly name: string
  readonly data: ComparedData
  readonly part: ComparedPart
  /** The first so many declared crosses. */
  readonly crosses: number
  /** What is trained with each seed; the logits of several members are averaged. */
  readonly members: readonly Overrides[]
}

export interface PlanOptions {
  readonly parts: readonly string[] | undefined
}

/** One model for each config and part. Without parts: all four of a single config, several configs as configured. */
export function planModels(configs: readonly ComparedData[], { parts }: PlanOptions): PlannedModel[] {
  const chosen = checkedParts(parts ?? (configs.length > 1 ? ['configured'] : ['wide', 'deep', 'joint', 'ensemble']))
  return configs.flatMap((data) => chosen.map((part) => planModel(data, part, crossCount(data))))
}

/** The ladder of a config: jointly trained and ensemble with the first k declared crosses, for each k. */
export function planLadder(data: ComparedData, counts: readonly (number | 'all')[]): PlannedModel[] {
  const all = crossCount(data)
  const asked = counts.length > 0 ? counts : [0, 1, 2, 4, 8, 16, 32, 'all' as const]
  const rungs = [...new Set(asked.map((count) => (count === 'all' ? all : Math.min(count, all))))].sort((a, b) => a - b)
  return rungs.flatMap((count) =>
    (['joint', 'ensemble'] as const).map((part) => {
      const model = planModel(data, part, count)
      return { ...model, name: `${model.name}, ${String(count)} ${count === 1 ? 'cross' : 'crosses'}` }
    }),
  )
}

function planModel(data: ComparedData, part: ComparedPart, crosses: number): PlannedModel {
  const name = [data.label, ...(part === 'configured' ? [] : [part])].filter((word) => word !== '').join(' ')
  return { name, data, part, crosses, members: membersOf(part, crosses) }
}

function membersOf(part: ComparedPart, crosses: number): Overrides[] {
  switch (part) {
    case 'wide':
      return [{ part: 'wide', crosses }]
    case 'deep':
      return [{ part: 'deep' }]
    case 'joint':
      return [{ part: 'both', crosses }]
    case 'ensemble':
      return [...membersOf('wide', crosses), ...membersOf('deep', crosses)]
    case 'configured':
      return [{ crosses }]
  }
}

/** Crosses count whatever part is switched off: `--parts` switches them on again. */
const crossCount = ({ loaded }: ComparedData): number => declaredCrosses(loaded.config.model).length

function checkedParts(parts: readonly string[]): ComparedPart[] {
  return parts.map((part) => {
    const known = comparedParts.find((one) => one === part)
    if (!known) throw comparePartUnknown({ part, known: comparedParts.join(', ') })
    return known
  })
}
