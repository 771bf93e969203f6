/** Libraries in C, by the declarations of their functions; the sole place that knows `koffi`, which is loaded when a library is first wanted. */
import { createRequire } from 'node:module'
import type koffi from 'koffi'

/** A view of the numbers themselves, or a handle that a library gave. `null`: none. */
export type Pointer = ArrayBufferView | bigint | null

export interface NativeLibrary {
  /** A function by its C declaration; throws where the library has none of its name. */
  bind<F extends (...values: never[]) => unknown>(declaration: string): F
}

export interface NativeLoader {
  /** Opens a library by its file name or path; throws where there is none. */
  open(soname: string): NativeLibrary
  /** So many numbers of 32 bits from a place on. */
  readInts(place: bigint, count: number): Int32Array
}

let loader: NativeLoader | undefined

/** What libraries are opened with; throws where this platform has no binary for it. */
export function loadNative(): NativeLoader {
  return (loader ??= load())
}

function load(): NativeLoader {
  const { load: open, decode } = createRequire(import.meta.url)('koffi') as typeof koffi
  return {
    open(soname) {
      const functions = open(soname)
      return { bind: <F>(declaration: string) => functions.func(declaration) as unknown as F }
    },
    readInts: (place, count) => decode(place, 'int32_t', count) as Int32Array,
  }
}
