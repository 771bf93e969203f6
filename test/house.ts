/** Reads the house for the architecture test: the tables of docs/architecture.md and the syntax of every source. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** What docs/architecture.md declares. */
export interface House {
  readonly stairs: ReadonlyMap<string, number>
  /** Seam file, or folder with a slash at its end, by package. */
  readonly seams: ReadonlyMap<string, string>
  readonly unreachable: readonly { readonly room: string; readonly name: string }[]
}

/** One file of src/. Paths are relative to the root, with forward slashes. */
export interface Source {
  readonly path: string
  /** Empty for src/index.ts. */
  readonly room: string
  readonly isTest: boolean
  readonly lineCount: number
  readonly tree: ts.SourceFile
  /** Files it imports, types included. */
  readonly imports: readonly string[]
  /** Files it imports at run time. */
  readonly valueImports: readonly string[]
  readonly packages: readonly string[]
  readonly anyLines: readonly number[]
}

/** Cells of the table below a heading of docs/architecture.md, without its head. */
function tableBelow(document: string, heading: string): string[][] {
  const section = document.split(`## ${heading}\n`)[1]?.split('\n## ')[0]
  if (section === undefined) throw new Error(`docs/architecture.md has no section "${heading}"`)
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

export function readHouse(): House {
  const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  return {
    stairs: new Map(tableBelow(document, 'Rooms').map(([room = '', stair]) => [room, Number(stair)])),
    seams: new Map(tableBelow(document, 'Seams').map(([name = '', seam = '']) => [name, seam])),
    unreachable: tableBelow(document, 'Reach').map(([room = '', name = '']) => ({ room, name })),
  }
}

/** Every TypeScript source of src/ but the AssemblyScript ones, which are another language. */
export function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.ts') && !/^src\/\w+\/assembly\//.test(path))
    .sort()
}

interface Specifier {
  readonly text: string
  readonly isType: boolean
}

/** Whether an import or export declaration leaves nothing at run time. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  return ts.isImportDeclaration(node) ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword : node.isTypeOnly
}

function specifierOf(node: ts.Node): Specifier | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
    return ts.isStringLiteral(node.moduleSpecifier)
      ? { text: node.moduleSpecifier.text, isType: isTypeOnly(node) }
      : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments
    return argument && ts.isStringLiteral(argument) ? { text: argument.text, isType: false } : undefined
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { text: node.argument.literal.text, isType: true }
  }
  return undefined
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => {
    walk(child, visit)
  })
}

function lineOf(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1
}

function packageOf(text: string): string {
  return text
    .split('/')
    .slice(0, text.startsWith('@') ? 2 : 1)
    .join('/')
}

function isOutside(text: string): boolean {
  return !text.startsWith('.') && !text.startsWith('node:') && !builtinModules.includes(text)
}

export function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const specifiers: Specifier[] = []
  const anyLines: number[] = []
  walk(tree, (node) => {
    const specifier = specifierOf(node)
    if (specifier) specifiers.push(specifier)
    if (node.kind === ts.SyntaxKind.AnyKeyword) anyLines.push(lineOf(tree, node.getStart()))
  })
  const resolved = ({ text: specifier }: Specifier): string =>
    posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
  const relatives = specifiers.filter((specifier) => specifier.text.startsWith('.'))
  return {
    path,
    room: path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '',
    isTest: /\.(test|conformance)\.ts$/.test(path),
    lineCount: text.trimEnd().split('\n').length,
    tree,
    imports: relatives.map(resolved),
    valueImports: relatives.filter((specifier) => !specifier.isType).map(resolved),
    packages: specifiers.filter((specifier) => isOutside(specifier.text)).map((specifier) => packageOf(specifier.text)),
    anyLines,
  }
}

/** Imports of files of other rooms, or of src/index.ts. */
export function foreignImports(source: Source): { readonly path: string; readonly room: string }[] {
  return source.imports
    .filter((path) => path.startsWith('src/'))
    .map((path) => ({ path, room: path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '' }))
    .filter((target) => target.room !== source.room)
}

/** Packages reached at run time from a source, each with the trail of files that leads to it. */
export function reachedPackages(start: Source, sources: readonly Source[]): Map<string, string[]> {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const trails = new Map<string, string[]>([[start.path, [start.path]]])
  const reached = new Map<string, string[]>()
  for (const [path, trail] of trails) {
    const source = byPath.get(path)
    for (const name of source?.packages ?? []) if (!reached.has(name)) reached.set(name, [...trail, name])
    for (const next of source?.valueImports ?? []) if (!trails.has(next)) trails.set(next, [...trail, next])
  }
  return reached
}

/** Names that a door exports. */
export function doorNames(source: Source): { readonly count: number; readonly hasStar: boolean } {
  let count = 0
  let hasStar = false
  for (const statement of source.tree.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (statement.exportClause && ts.isNamedExports(statement.exportClause))
        count += statement.exportClause.elements.length
      else hasStar = true
    } else if (ts.canHaveModifiers(statement)) {
      const isExported = ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
      if (isExported) count += ts.isVariableStatement(statement) ? statement.declarationList.declarations.length : 1
    }
  }
  return { count, hasStar }
}

/** Functions longer than `limit` lines. */
export function longFunctions(source: Source, limit: number): { name: string; line: number; length: number }[] {
  const found: { name: string; line: number; length: number }[] = []
  walk(source.tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return
    const line = lineOf(source.tree, node.getStart())
    const length = lineOf(source.tree, node.getEnd()) - line + 1
    if (length > limit) found.push({ name: node.name?.getText() ?? 'a function', line, length })
  })
  return found
}

/** Markdown documents of the repository, relative to its root. */
export function documents(): string[] {
  const below = (folder: string): string[] =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
      : []
  const top = readdirSync(root)
  return [...top, ...['docs', 'bench', 'examples', 'reference', 'test'].flatMap(below)]
    .filter((path) => path.endsWith('.md'))
    .map((path) => relative(root, join(root, path)).split(sep).join('/'))
    .sort()
}
