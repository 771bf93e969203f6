import { WideDeepError, exitCodes } from '../../../base/index.js'
import type { CheckReport } from '../../check.js'
import { checkData } from '../../check.js'
import type { RetrainStep } from '../retrain-step.js'
import { RetrainStop } from '../retrain-step.js'

export const check: RetrainStep<CheckReport> = {
  name: 'check',
  title: 'checking the data',
  async run({ loaded, onProgress }) {
    const report = await checkData(loaded, { onProgress }).catch((error: unknown) => {
      // A file that cannot be read is bad data, not a reason to stop for good.
      if (error instanceof WideDeepError && error.exitCode === exitCodes.data)
        throw new RetrainStop('DATA_REJECTED', [`${error.code}: ${error.message}`])
      throw error
    })
    const failed = report.checks.filter(({ verdict }) => verdict === 'FAIL')
    if (failed.length === 0) return report
    throw new RetrainStop(
      'DATA_REJECTED',
      failed.map(({ name, text }) => `${name}: ${text}`),
      report,
    )
  },
}
