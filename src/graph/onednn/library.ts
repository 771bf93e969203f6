/** oneDNN's library by its C functions. */
import type { NativeLibrary, Pointer } from '../../native/index.js'
import { loadNative } from '../../native/index.js'

/** Row-major `C = α·op(A)·op(B) + β·C` with C `[m, n]`; leading dimensions are the row lengths as stored. */
export type MatrixProduct = (
  ...values: [
    transposeA: number, transposeB: number, m: number, n: number, k: number, alpha: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, beta: number, c: Pointer, ldc: number,
  ]
) => number // prettier-ignore

export interface OnednnLibrary extends NativeLibrary {
  readonly soname: string
  readonly version: string
  readonly major: number
  readonly product: MatrixProduct
  /** Threads of all that this thread of the process calls from now on. */
  useThreads(count: number): void
}

/** Why a library cannot be used. */
export interface Refusal {
  readonly reason: string
}

/** DNNL_RUNTIME_SEQ and DNNL_RUNTIME_OMP: the thread count of the others is not ours to set. */
const knownRuntimes = [1, 2]
const majors = [2, 3]
const openMp = 2
/** `RTLD_NOW | RTLD_NODELETE` of Linux. */
const stayLoaded = 0x1002

/**
 * Opens a library by its file name or path; a refusal where it is absent, of another version or built for other threads. Throws where this platform
 * cannot call libraries.
 */
export function openLibrary(soname: string): OnednnLibrary | Refusal {
  const native = loadNative()
  let library: NativeLibrary
  try {
    library = native.open(soname)
  } catch {
    return { reason: `${soname} is not installed` }
  }
  try {
    return describe(soname, library)
  } catch (cause) {
    return { reason: `${soname} is no oneDNN: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}

function describe(soname: string, { bind }: NativeLibrary): OnednnLibrary | Refusal {
  // Three numbers, a pointer to a text where the next eight bytes begin, and the runtimes of processor and graphics card.
  const numbers = loadNative().readInts(bind<() => bigint>('void *dnnl_version()')(), 7)
  const [major = 0, minor = 0, patch = 0, , , , cpuRuntime = 0] = numbers
  const version = [major, minor, patch].join('.')
  if (!majors.includes(major)) return { reason: `${soname} is oneDNN ${version}; 2 or 3 is needed` }
  if (!knownRuntimes.includes(cpuRuntime)) return { reason: `${soname} is built for other threads than OpenMP's` }
  keepLoaded(soname)
  return {
    soname,
    version,
    major,
    product: bind(
      'int dnnl_sgemm(char, char, int64_t, int64_t, int64_t, float, void *, int64_t, void *, int64_t, float, void *, int64_t)',
    ),
    bind,
    // Of the OpenMP that the library itself depends on. It holds for the calling thread alone, unlike OMP_NUM_THREADS.
    useThreads: cpuRuntime === openMp ? bind('void omp_set_num_threads(int)') : () => undefined,
  }
}

/** Threads of OpenMP outlive the last call: were the library unloaded at exit, they would run where nothing is. */
function keepLoaded(soname: string): void {
  loadNative().open('libc.so.6').bind<(name: string, mode: number) => Pointer>('void *dlopen(const char *, int)')(
    soname,
    stayLoaded,
  )
}
