/** A comparison as it goes: the training in progress on one line, a line for each that is finished, on standard error. */
import type { CompareOptions, ComparedTraining } from '../pipeline/index.js'
import type { Output } from './output.js'
import { bar, durationText } from './table.js'

/** Follows the trainings of one comparison. */
export function createComparisonView(output: Output): Required<Pick<CompareOptions, 'onEvent' | 'onFinished'>> {
  return {
    onEvent(training, event) {
      if (event.kind !== 'step') return
      const share = bar(event.batch / event.batchCount)
      output.progress(`${titleOf(training)}  epoch ${String(event.epoch + 1)} ${share}  loss ${event.loss.toFixed(4)}`)
    },
    onFinished(training, record, isFound) {
      const how = isFound
        ? 'found, trained before'
        : `best epoch ${String(record.bestEpoch + 1)} of ${String(record.epochCount)}, ${durationText(record.seconds)}`
      output.note(`${titleOf(training)}: ${how}`)
    },
  }
}

function titleOf({ number, count, name, seed }: ComparedTraining): string {
  return `${String(number).padStart(String(count).length)}/${String(count)}  ${name}, seed ${String(seed)}`
}
