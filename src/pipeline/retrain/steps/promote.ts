import { champion as championAlias } from '../../../registry/index.js'
import type { DryRunResult } from '../../../registry/index.js'
import { WideDeepError } from '../../../base/index.js'
import { dryRunFailed } from '../../errors.js'
import { promoteVersion } from '../../promote.js'
import type { RetrainStep } from '../retrain-step.js'
import { RetrainStop } from '../retrain-step.js'
import { gate } from './gate.js'
import { publish } from './publish.js'

export interface Promoted {
  readonly version: number
  /** `null` where an earlier attempt of the job had promoted it already. */
  readonly dryRun: DryRunResult | null
}

/** The dry run is part of promotion: nothing serves that was not tried. */
export const promote: RetrainStep<Promoted> = {
  name: 'promote',
  title: 'dry run and promotion',
  async run({ id, registry, champion, by, answer }) {
    const { version } = answer(publish)
    const now = registry.state().aliases[championAlias]?.version
    if (now === version) return { version, dryRun: null }
    const reason = `retrain ${id}: ${answer(gate).reasons.join('; ')}`
    try {
      const { dryRun } = await promoteVersion({
        version,
        registry: registry.directory,
        by,
        reason,
        expected: champion?.version ?? null,
      })
      return { version, dryRun }
    } catch (error) {
      if (error instanceof WideDeepError && error.code === dryRunFailed.code)
        throw new RetrainStop('DRY_RUN_FAILED', [error.message])
      throw error
    }
  },
}
