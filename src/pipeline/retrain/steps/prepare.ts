import type { PrepareResult } from '../../../data/index.js'
import { prepareData } from '../../prepare.js'
import type { RetrainStep } from '../retrain-step.js'

export const prepare: RetrainStep<PrepareResult> = {
  name: 'prepare',
  title: 'preparing the new day',
  async run({ loaded, onProgress }) {
    const { directory: _directory, ...result } = await prepareData(loaded, { onProgress })
    return result
  },
}
