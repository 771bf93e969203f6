import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCheckpoint } from '../../run-directory.js'
import type { TrainResult } from '../../train.js'
import { trainBundle } from '../../train.js'
import type { RetrainStep } from '../retrain-step.js'

/** Goes on where a job that was killed stood. */
export const train: RetrainStep<TrainResult> = {
  name: 'train',
  title: 'training from the champion',
  async run({ loaded, directory, champion, signal, onProgress }) {
    const out = join(directory, 'bundle')
    const run = `${out}.run`
    const report = join(run, 'report.json')
    if (existsSync(report)) return JSON.parse(readFileSync(report, 'utf8')) as TrainResult
    const begin = hasCheckpoint(run) ? { resume: run } : { out, ...(champion ? { warmStart: champion.bundle } : {}) }
    return trainBundle(loaded, {
      ...begin,
      ...(signal ? { signal } : {}),
      onEvent(event) {
        if (event.kind === 'epoch') onProgress(`epoch ${String(event.record.epoch + 1)} is over`)
      },
    })
  },
}
