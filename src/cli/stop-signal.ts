import type { Output } from './output.js'

export interface StopSignal {
  readonly signal: AbortSignal
  /** Gives the signals of the process back. */
  end(): void
}

/** The first Ctrl-C (or SIGTERM) asks training to checkpoint and stop; the second ends the process at once. */
export function stopOnSignal(output: Output): StopSignal {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    output.line('stopping after this step, with a checkpoint; press again to end at once')
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    end: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  }
}
