/** Training as it goes: a bar with examples/s, loss, validation and time left on a terminal, plain lines elsewhere. */
import type { TrainingEvent } from '../training/index.js'
import type { Output } from './output.js'
import { bar, countText, durationText, metricText } from './table.js'

/** Follows the events of one training. */
export function createTrainingView(output: Output): (event: TrainingEvent) => void {
  let rows = 0
  let epochStart = Date.now()
  let startedAt = Date.now()
  let validation = ''
  return (event) => {
    if (event.kind === 'step') {
      if (event.batch === 1 || rows === 0) {
        rows = 0
        startedAt = Date.now()
        epochStart = startedAt
      }
      rows += event.rowCount
      const share = event.batch / event.batchCount
      const seconds = (Date.now() - startedAt) / 1000
      // The first moments say nothing about the speed.
      if (seconds < 0.2) return
      const left = (seconds / rows) * (event.rowCount * (event.batchCount - event.batch))
      output.progress(
        `epoch ${String(event.epoch + 1)} ${bar(share)} ${String(Math.round(100 * share)).padStart(3)}%  ${countText(rows / seconds)} examples/s  loss ${metricText(event.loss)}${validation}  ${durationText(left)} left in the epoch`,
      )
    } else if (event.kind === 'epoch') {
      const { record } = event
      const metrics = Object.entries(record.metrics).slice(0, 3)
      validation = metrics.length > 0 ? `  validation ${metrics[0]?.[0] ?? ''} ${metricText(metrics[0]?.[1])}` : ''
      const shown = metrics.map(([name, value]) => `${name} ${metricText(value)}`).join('  ')
      const seconds = ((Date.now() - epochStart) / 1000).toFixed(1)
      rows = 0
      output.line(
        `epoch ${String(record.epoch + 1).padStart(2)}  loss ${metricText(record.loss)}  ${shown}  ${seconds} s${event.isBest ? '  ← best' : ''}`,
      )
    }
  }
}
