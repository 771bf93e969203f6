/** Collecting garbage now: for threads that have let go of much and will be idle. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Frees what the calling thread no longer refers to, memory of tables and of sessions too. */
export function collectGarbage(): void {
  if (!collect) {
    // V8 shows its collector only to contexts that are made after the flag.
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
