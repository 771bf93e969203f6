/** Pages of 2 MB for memory that is read here and there: with pages of 4 KB the processor looks up where one lies for nearly every row. */
import { readFileSync } from 'node:fs'
import { loadNative } from './library.js'

type Advise = (start: Uint8Array, bytes: number, advice: number) => number

const settingFile = '/sys/kernel/mm/transparent_hugepage/enabled'
/** `MADV_HUGEPAGE` of Linux. */
const hugePages = 14

let advise: Advise | undefined

/**
 * Asks the system to back memory by large pages where it is written first from now on. The memory begins at a page, as that of WebAssembly
 * does. Where the system cannot be asked, or declines, everything stays as it is.
 */
export function askForLargePages(memory: ArrayBufferLike): void {
  advise ??= openAdvise()
  advise(new Uint8Array(memory, 0, 1), memory.byteLength, hugePages)
}

function openAdvise(): Advise {
  try {
    // Set to `always` or `never` there is nothing to ask for; systems other than Linux have no such file.
    if (readFileSync(settingFile, 'utf8').includes('[madvise]'))
      return loadNative().open('libc.so.6').bind('int madvise(void *, size_t, int)')
  } catch {
    // What is only faster may be missing.
  }
  return () => 0
}
