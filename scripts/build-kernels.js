// Compiles the kernels: AssemblyScript (src/tables/assembly) to WebAssembly, the same bytes for the same sources.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Writes `tables/kernels.wasm` below `outDir`. */
export async function buildKernels({ outDir }) {
  const target = join(outDir, 'tables', 'kernels.wasm')
  mkdirSync(dirname(target), { recursive: true })
  const options = [
    join('src', 'tables', 'assembly', 'index.ts'),
    '--outFile', target, '--baseDir', root,
    '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=',
    '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory',
    '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
  ] // prettier-ignore
  const { error, stderr } = await asc.main(options)
  if (error) throw new Error(`the kernels do not compile: ${error.message}\n${stderr.toString()}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels({ outDir: join(root, 'dist') })
