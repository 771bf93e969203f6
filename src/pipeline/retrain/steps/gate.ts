import type { GateResult } from '../../gate.js'
import { gateVersion } from '../../gate-version.js'
import type { RetrainStep } from '../retrain-step.js'
import { RetrainStop } from '../retrain-step.js'
import { publish } from './publish.js'

export const gate: RetrainStep<GateResult> = {
  name: 'gate',
  title: 'judging challenger and champion on the same rows',
  async run({ loaded, registry, champion, by, answer }) {
    const { version } = answer(publish)
    const result = await gateVersion({ loaded, registry, version, champion: champion?.version ?? null, by })
    if (result.verdict === 'NOT_BLESSED') throw new RetrainStop('NOT_BLESSED', result.reasons, result)
    return result
  },
}
