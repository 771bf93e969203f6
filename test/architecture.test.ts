/** The house keeps its own rules: docs/architecture.md says them, this test reads them from there. */
import { describe, expect, it } from 'vitest'
import {
  doorNames,
  foreignImports,
  longFunctions,
  reachedPackages,
  readHouse,
  readSource,
  sourceFiles,
} from './house.js'
import type { Source } from './house.js'

const house = readHouse()
const sources: readonly Source[] = sourceFiles().map(readSource)
const product = sources.filter((source) => !source.isTest)

/** Source files over 300 lines, each with the reason why it is not two files. */
const longFiles: Readonly<Record<string, string>> = {}

/** Doors of more than 25 names, each with the reason. */
const wideDoors: Readonly<Record<string, { limit: number; reason: string }>> = {
  'src/base/index.ts': { limit: 30, reason: 'words of no domain, which every room uses' },
  'src/pipeline/index.ts': { limit: 48, reason: 'one function with its options and its result for each command' },
  'src/model/index.ts': { limit: 32, reason: 'training, scoring and retrieval each build on its parts' },
  'src/protocol/index.ts': { limit: 56, reason: 'types of every request and answer, for the server and the client' },
  'src/features/index.ts': {
    limit: 80,
    reason: 'every other room builds on it; half of the names are types of the config',
  },
}

/** Folders whose files may import one another, each with the reason. */
const mutualFolders: Readonly<Record<string, string>> = {
  'src/graph/ops/': 'gradients of operations are operations: that of a slice is a pad, and that of a pad a slice',
}

function listed(faults: readonly string[]): string {
  return faults.join('\n')
}

describe('the house', () => {
  it('has a line in the room table for every folder of src/', () => {
    const rooms = new Set(sources.map((source) => source.room).filter((room) => room !== ''))
    const faults = [...rooms]
      .filter((room) => !house.stairs.has(room))
      .map((room) => `src/${room}/ has no line in the room table of docs/architecture.md: give it a stair there`)
    expect(listed(faults)).toBe('')
  })

  it('lets no import climb the stair', () => {
    const faults = product.flatMap((source) =>
      foreignImports(source).flatMap((target) => {
        const from = house.stairs.get(source.room) ?? Infinity
        const to = house.stairs.get(target.room) ?? -1
        if (source.room === '' || to < from) return []
        return `${source.path} (${source.room}, stair ${from}) imports ${target.path} (${target.room}, stair ${to}): import from lower stairs only; pass what you need as a parameter or move it down`
      }),
    )
    expect(listed(faults)).toBe('')
  })

  it('lets other rooms in by the door only', () => {
    const faults = sources.flatMap((source) =>
      foreignImports(source)
        .filter((target) => target.room !== '' && target.path !== `src/${target.room}/index.ts`)
        .map(
          (target) =>
            `${source.path} imports ${target.path}: import it from src/${target.room}/index.ts, and name it there`,
        ),
    )
    expect(listed(faults)).toBe('')
  })

  it('imports outside packages in their seams only', () => {
    const faults = product.flatMap((source) =>
      source.packages.flatMap((name) => {
        const seam = house.seams.get(name)
        if (seam === undefined)
          return `${source.path} imports ${name}: no seam in docs/architecture.md allows this package`
        const isSeam = seam.endsWith('/') ? source.path.startsWith(seam) : source.path === seam
        return isSeam ? [] : `${source.path} imports ${name}: only ${seam} may; use what its room's door offers`
      }),
    )
    expect(listed(faults)).toBe('')
  })

  it('keeps packages out of reach where docs/architecture.md says so', () => {
    const faults = house.unreachable.flatMap(({ room, name }) =>
      product
        .filter((source) => source.room === room || source.path === `src/${room}`)
        .flatMap((source) => {
          const trail = reachedPackages(source, product).get(name)
          return trail ? `${room} must not reach ${name}, but does: ${trail.join(' → ')}` : []
        }),
    )
    expect(listed([...new Set(faults)])).toBe('')
  })

  it('names no file for nothing', () => {
    const empty = /^(utils?|helpers?|common|misc|managers?|services?)$/
    const faults = sources
      .filter(({ path }) =>
        path
          .replace('.services.test.ts', '')
          .split(/[/.-]/)
          .some((word) => empty.test(word)),
      )
      .map((source) => `${source.path}: say in the name what lives there`)
    expect(listed(faults)).toBe('')
  })

  it('has doors that list their names, 25 at most', () => {
    const faults = product
      .filter((source) => /^src\/([^/]+\/)?index\.ts$/.test(source.path))
      .flatMap((source) => {
        const { count, hasStar } = doorNames(source)
        const limit = source.path === 'src/index.ts' ? 70 : (wideDoors[source.path]?.limit ?? 25)
        if (hasStar) return `${source.path} has \`export *\`: write the names out, a door says what it gives away`
        return count > limit
          ? `${source.path} gives away ${count} names, ${limit} at most: what do others really need?`
          : []
      })
    expect(listed(faults)).toBe('')
  })

  it('has a door in every room', () => {
    const doors = new Set(product.map((source) => source.path))
    const faults = [...new Set(product.map((source) => source.room))]
      .filter((room) => room !== '' && room !== 'cli' && !doors.has(`src/${room}/index.ts`))
      .map((room) => `src/${room}/ has no index.ts: make its door`)
    expect(listed(faults)).toBe('')
  })

  it('has no source file over 300 lines', () => {
    const faults = product
      .filter((source) => source.lineCount > 300 && longFiles[source.path] === undefined)
      .map((source) => `${source.path} has ${source.lineCount} lines, 300 at most: it does two things; find the second`)
    expect(listed(faults)).toBe('')
  })

  it('has no function over 60 lines, 80 in kernels', () => {
    const faults = product.flatMap((source) =>
      longFunctions(source, /\/kernels?[/.]|\/assembly\//.test(source.path) ? 80 : 60).map(
        ({ name, line, length }) => `${source.path}:${line} ${name} has ${length} lines: give its parts names`,
      ),
    )
    expect(listed(faults)).toBe('')
  })

  it('has no any', () => {
    const faults = product.flatMap((source) =>
      source.anyLines.map((line) => `${source.path}:${line} says any: take unknown and parse it`),
    )
    expect(listed(faults)).toBe('')
  })

  it('has no import cycle between files of a room', () => {
    const byPath = new Map(product.map((source) => [source.path, source]))
    const done = new Set<string>()
    const cycles = new Set<string>()
    const visit = (path: string, trail: readonly string[]): void => {
      const at = trail.indexOf(path)
      const isMutual = Object.keys(mutualFolders).some((folder) => path.startsWith(folder))
      if (at >= 0 && !isMutual) cycles.add([...trail.slice(at), path].join(' → '))
      if (at >= 0 || done.has(path)) return
      for (const next of byPath.get(path)?.valueImports ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of byPath.keys()) visit(path, [])
    expect(listed([...cycles])).toBe('')
  })
})
