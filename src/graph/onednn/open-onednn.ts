/** Finding oneDNN at run time: never required, never an error of its own. */
import type { OnednnLibrary, Refusal } from './library.js'
import { openLibrary } from './library.js'

/** Newest first. */
const sonames = ['libdnnl.so.3', 'libdnnl.so.2']
const wayOut = 'on Debian and its kin: apt-get install libdnnl2, or libdnnl3 where that is newer'

/** Opens the first library of the names that can be used, or says of each why not. */
export function openOnednn(names: readonly string[] = sonames): OnednnLibrary | Refusal {
  const reasons: string[] = []
  for (const name of names) {
    const library = open(name)
    if (!('reason' in library)) return library
    reasons.push(library.reason)
  }
  return { reason: `${reasons.join(', ')} (${wayOut})` }
}

function open(name: string): OnednnLibrary | Refusal {
  try {
    return openLibrary(name)
  } catch (cause) {
    return { reason: `koffi does not load here: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}
