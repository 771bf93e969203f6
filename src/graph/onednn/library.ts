/** oneDNN's library by its C functions; the sole place that knows `koffi`, loaded only where oneDNN is asked for. */
import koffi from 'koffi'

/** A view of the numbers themselves, or a handle that the library gave. `null`: none. */
export type Pointer = ArrayBufferView | bigint | null

/** Row-major `C = α·op(A)·op(B) + β·C` with C `[m, n]`; leading dimensions are the row lengths as stored. */
export type MatrixProduct = (
  ...values: [
    transposeA: number, transposeB: number, m: number, n: number, k: number, alpha: number,
    a: Pointer, lda: number, b: Pointer, ldb: number, beta: number, c: Pointer, ldc: number,
  ]
) => number // prettier-ignore

export interface OnednnLibrary {
  readonly soname: string
  readonly version: string
  readonly major: number
  readonly product: MatrixProduct
  /** A function of the library by its C declaration. */
  bind<F extends (...values: never[]) => unknown>(declaration: string): F
  /** Threads of all that this thread of the process calls from now on. */
  useThreads(count: number): void
}

/** Why a library cannot be used. */
export interface Refusal {
  readonly reason: string
}

type Functions = ReturnType<typeof koffi.load>

const versionType = koffi.struct({
  major: 'int',
  minor: 'int',
  patch: 'int',
  hash: 'const char *',
  cpuRuntime: 'uint32_t',
  gpuRuntime: 'uint32_t',
})
/** DNNL_RUNTIME_SEQ and DNNL_RUNTIME_OMP: the thread count of the others is not ours to set. */
const knownRuntimes = [1, 2]
const majors = [2, 3]
const openMp = 2
/** `RTLD_NOW | RTLD_NODELETE` of Linux. */
const stayLoaded = 0x1002

/** Opens a library by its file name or path; a refusal where it is absent, of another version or built for other threads. */
export function openLibrary(soname: string): OnednnLibrary | Refusal {
  let functions: Functions
  try {
    functions = koffi.load(soname)
  } catch {
    return { reason: `${soname} is not installed` }
  }
  try {
    return describe(soname, functions)
  } catch (cause) {
    return { reason: `${soname} is no oneDNN: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
}

function describe(soname: string, functions: Functions): OnednnLibrary | Refusal {
  const bind = <F>(declaration: string): F => functions.func(declaration) as unknown as F
  const { major, minor, patch, cpuRuntime } = koffi.decode(
    bind<() => bigint>('void *dnnl_version()')(),
    versionType,
  ) as Record<'major' | 'minor' | 'patch' | 'cpuRuntime', number>
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
  koffi.load('libc.so.6').func('void *dlopen(const char *, int)')(soname, stayLoaded)
}
