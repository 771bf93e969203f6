import { defineError } from '../base/index.js'

export const registryMissing = defineError<{ directory: string }>(
  'REGISTRY_MISSING',
  'usage',
  ({ directory }) =>
    `${directory} must be a registry; found none; publish a bundle with \`widedeep publish\`, or name another with --registry or WIDEDEEP_REGISTRY`,
)

export const registryDamaged = defineError<{ file: string; expected: string; got: string }>(
  'REGISTRY_DAMAGED',
  'data',
  ({ file, expected, got }) =>
    `${file} must be as it was written, with the checksum ${expected.slice(0, 16)}…; got ${got.slice(0, 16)}; bring the file back from a copy, or publish the bundle again`,
)

export const versionUnknown = defineError<{ asked: string; known: string }>(
  'REGISTRY_VERSION_UNKNOWN',
  'usage',
  ({ asked, known }) =>
    `a version must be a published number or an alias; got ${asked}; the registry has ${known}; see \`widedeep models ls\``,
)

export const nameInvalid = defineError<{ name: string }>(
  'REGISTRY_NAME_INVALID',
  'usage',
  ({ name }) => `an alias or tag must be small letters, digits and dashes, and begin with a letter; got ${name}`,
)

export const aliasReserved = defineError<object>(
  'REGISTRY_ALIAS_RESERVED',
  'usage',
  () =>
    'the alias champion must be set by a promotion, which asks for a blessing; got a plain alias; use `widedeep promote` or `widedeep rollback`',
)

export const versionNamed = defineError<{ version: number; aliases: readonly string[] }>(
  'REGISTRY_VERSION_NAMED',
  'usage',
  ({ version, aliases }) =>
    `version ${String(version)} must have no alias to be removed; got ${aliases.join(', ')}; move the alias first`,
)

export const notBlessed = defineError<{ version: number; got: string; reasons: readonly string[] }>(
  'REGISTRY_NOT_BLESSED',
  'notBlessed',
  ({ version, got, reasons }) =>
    `version ${String(version)} must be blessed by the gate to be promoted; got ${got}${reasons.map((reason) => `\n  ${reason}`).join('')}\nask the gate, gate --challenger models:${String(version)}, promote another, or --force, which the log keeps`,
)

export const championMoved = defineError<{ version: number; expected: string; got: string }>(
  'REGISTRY_CHAMPION_MOVED',
  'notBlessed',
  ({ version, expected, got }) =>
    `version ${String(version)} must take the place of the champion it was judged against, ${expected}; got ${got}, which another process promoted or rolled back to; judge it again`,
)

export const championAlready = defineError<{ version: number }>(
  'REGISTRY_CHAMPION_ALREADY',
  'usage',
  ({ version }) => `version ${String(version)} must not be the champion already; it is; there is nothing to do`,
)

export const rollbackNothing = defineError<{ champion: string }>(
  'REGISTRY_ROLLBACK_NOTHING',
  'usage',
  ({ champion }) =>
    `rollback must find a version that was the champion before ${champion}; got none; promote a version instead`,
)

export const linksMissing = defineError<{ directory: string }>(
  'REGISTRY_LINKS_MISSING',
  'environment',
  ({ directory }) =>
    `${directory} must lie on a file system with hard links, by which one of several processes wins; this one has none; take a local disk or NFS`,
)

export const formatUnknown = defineError<{ file: string; got: unknown; known: number }>(
  'REGISTRY_FORMAT_UNKNOWN',
  'data',
  ({ file, got, known }) =>
    `${file} must have format version ${String(known)}; got ${String(got)}; use the release of widedeep that wrote it`,
)
