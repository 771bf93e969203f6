import { openRegistry } from '../../../registry/index.js'
import type { GateResult } from '../../gate.js'
import { gateModels } from '../../gate.js'
import { registryDirectory } from '../../publish.js'
import type { RetrainStep } from '../retrain-step.js'
import { RetrainStop } from '../retrain-step.js'
import { publish } from './publish.js'

export const gate: RetrainStep<GateResult> = {
  name: 'gate',
  title: 'judging challenger and champion on the same rows',
  async run({ loaded, registry, champion, by, answer }) {
    const { version } = answer(publish)
    const opened = openRegistry(registryDirectory(registry))
    const result = await gateModels({
      loaded,
      challenger: opened.resolve(version).directory,
      champion: champion?.bundle,
    })
    const { verdict, reasons } = result
    opened.recordVerdict(version, { ...result, verdict, reasons }, { champion: champion?.version ?? null, by })
    if (verdict === 'NOT_BLESSED') throw new RetrainStop('NOT_BLESSED', reasons, result)
    return result
  },
}
