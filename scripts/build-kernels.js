// Compiles the kernels: AssemblyScript (src/<room>/assembly) to WebAssembly, the same bytes for the same sources.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Rooms with kernels, and how their memory is made: that of tables is shared by threads, ONNX Runtime takes none that is. */
const kernelRooms = { tables: ['--enable', 'threads', '--sharedMemory'], graph: [] }

/** Writes `<room>/kernels.wasm` below `outDir` for each room. */
export async function buildKernels({ outDir }) {
  for (const [room, memory] of Object.entries(kernelRooms)) await buildRoom(room, memory, outDir)
}

async function buildRoom(room, memory, outDir) {
  const target = join(outDir, room, 'kernels.wasm')
  mkdirSync(dirname(target), { recursive: true })
  const options = [
    join('src', room, 'assembly', 'index.ts'),
    '--outFile', target, '--baseDir', root,
    '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=',
    '--enable', 'simd', '--enable', 'bulk-memory', ...memory,
    '--importMemory', '--initialMemory', '1', '--maximumMemory', '65536',
  ] // prettier-ignore
  const { error, stderr } = await asc.main(options)
  if (error) throw new Error(`the kernels of ${room} do not compile: ${error.message}\n${stderr.toString()}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels({ outDir: join(root, 'dist') })
