/**
 * Who gets more epochs: asynchronous successive halving (ASHA; Li et al. 2020, algorithm 2). A rung is a number of epochs;
 * the best third of those that have reached it may go to the next, and no worker ever waits for a rung to fill.
 */

/** η: one of so many is promoted, and rungs grow by it. */
export const reduction = 3

/** A trial brought to a rung, or on its way there. */
export interface RungRecord {
  readonly trial: number
  readonly rung: number
  /** Lower is better; infinite where training failed; `null` while it runs. */
  readonly loss: number | null
}

export type Decision =
  /** Go on with a trial, to this rung. */
  | { readonly kind: 'promote'; readonly trial: number; readonly rung: number }
  /** Try new settings, to rung 0. */
  | { readonly kind: 'propose' }
  /** Nothing to do until a running trial has ended, or at all. */
  | { readonly kind: 'none' }

/** Epochs of each rung: the most, and a third of it as often as at least one epoch is left. */
export function rungEpochs(most: number): number[] {
  const rungs: number[] = []
  for (let epochs = most; epochs >= 1; epochs /= reduction) rungs.unshift(Math.floor(epochs + 1e-9))
  return rungs
}

export interface HalvingRule {
  readonly rungCount: number
  /** Most configurations tried. */
  readonly trials: number
}

/** What a free worker does next: the promotion nearest to the top, else a new trial, else nothing. */
export function decide(records: readonly RungRecord[], { rungCount, trials }: HalvingRule): Decision {
  for (let rung = rungCount - 2; rung >= 0; rung--) {
    const ranked = rankedAt(records, rung)
    const trial = promotable(records, ranked.slice(0, Math.floor(ranked.length / reduction)), rung + 1)
    if (trial !== undefined) return { kind: 'promote', trial, rung: rung + 1 }
  }
  if (records.filter(({ rung }) => rung === 0).length < trials) return { kind: 'propose' }
  return records.some(({ loss }) => loss === null) ? { kind: 'none' } : closingDecision(records, rungCount)
}

/**
 * With few trials a rung may hold fewer than three and promote nobody: then the best of the highest rung goes on, so that
 * the search ends with a trial that had all its epochs.
 */
function closingDecision(records: readonly RungRecord[], rungCount: number): Decision {
  for (let rung = rungCount - 1; rung >= 0; rung--) {
    const [first] = rankedAt(records, rung).filter(({ loss }) => Number.isFinite(loss))
    if (!first) continue
    const trial = rung === rungCount - 1 ? undefined : promotable(records, [first], rung + 1)
    return trial === undefined ? { kind: 'none' } : { kind: 'promote', trial, rung: rung + 1 }
  }
  return { kind: 'none' }
}

interface Reached extends RungRecord {
  readonly loss: number
}

/** Who has reached a rung, the best first; of equals the earlier trial. */
function rankedAt(records: readonly RungRecord[], at: number): Reached[] {
  return records
    .filter((record): record is Reached => record.rung === at && record.loss !== null)
    .sort((a, b) => (a.loss === b.loss ? a.trial - b.trial : a.loss < b.loss ? -1 : 1))
}

/** The first that did not fail and is not on its way to the next rung yet. */
function promotable(records: readonly RungRecord[], ranked: readonly Reached[], next: number): number | undefined {
  const gone = new Set(records.filter(({ rung }) => rung === next).map(({ trial }) => trial))
  return ranked.find(({ trial, loss }) => Number.isFinite(loss) && !gone.has(trial))?.trial
}
