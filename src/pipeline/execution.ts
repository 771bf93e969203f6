/** What runs the dense half of a training: said before it begins, kept with what it made. */
import { chooseExecutor } from '../graph/index.js'
import type { Execution } from '../graph/index.js'
import type { ModelParts } from '../training/index.js'

export interface ExplainedExecution extends Execution {
  readonly reason: string
  /** Whether something that was asked for cannot be had. */
  readonly isFallback: boolean
}

/** The choice that training makes of the same parts: it depends on nothing that changes meanwhile. */
export async function executionOf({
  spec,
  network,
}: Pick<ModelParts, 'spec' | 'network'>): Promise<ExplainedExecution> {
  const request = { ...spec.executor, threads: spec.threadsOfPart }
  const { executor, precision, reason, isFallback } = await chooseExecutor(request, network.trainingOutputs())
  return { executor: executor.name, precision, reason, isFallback }
}

/** One line of it. */
export const executionText = ({ executor, precision, reason }: Omit<ExplainedExecution, 'isFallback'>): string =>
  `executor ${executor}, ${precision}: ${reason}`
