/** What a step answered in a few words. */
import { countText } from '../../base/index.js'
import type { PrepareResult } from '../../data/index.js'
import type { CheckReport } from '../check.js'
import type { GateResult } from '../gate.js'
import type { TrainResult } from '../train.js'
import type { Probe } from './steps/probe.js'
import type { Promoted } from './steps/promote.js'
import type { Published } from './steps/publish.js'

const number = (value: number | null | undefined): string => value?.toFixed(4) ?? '–'

const summaries: Readonly<Record<string, (answer: never) => string>> = {
  check: ({ verdicts }: CheckReport) =>
    `${String(verdicts.PASS)} passed, ${String(verdicts.WARN)} warned, ${String(verdicts.FAIL)} failed`,
  prepare: ({ rows, extension, fromTheBeginning }: PrepareResult) => {
    const all = Object.values(rows).reduce((sum, rowCount) => sum + rowCount, 0)
    if (extension)
      return `${countText(extension.rows)} rows read, ${countText(extension.finalRows)} of earlier days kept as they are`
    return `${countText(all)} rows${fromTheBeginning === undefined ? '' : `, from the beginning: ${fromTheBeginning}`}`
  },
  probe: ({ now, before, calibration }: Probe) =>
    now === null
      ? 'there is no champion to ask'
      : `auc ${number(now)} on the newest rows, ${number(before)} when published; promised / happened ${calibration?.toFixed(2) ?? '–'}`,
  train: ({ metrics, bestEpoch, warmStart }: TrainResult) =>
    `best epoch ${String(bestEpoch + 1)}, auc ${number(metrics['auc'])}, log loss ${number(metrics['logLoss'])}${warmStart ? ', from the champion' : ''}`,
  publish: ({ version }: Published) => `version ${String(version)}`,
  gate: ({ verdict, reasons }: GateResult) => `${verdict}: ${reasons.join('; ')}`,
  promote: ({ version, dryRun }: Promoted) =>
    `version ${String(version)} is the champion${dryRun?.p50Ms == null ? '' : `, dry run p50 ${dryRun.p50Ms.toFixed(2)} ms`}`,
  retain: ({ removed }: { readonly removed: readonly number[] }) =>
    removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`,
}

export function stepSummary(name: string, answer: unknown): string {
  const summary = summaries[name] as ((answer: unknown) => string) | undefined
  return summary?.(answer) ?? ''
}
