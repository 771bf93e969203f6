import { defineError } from '../base/index.js'

export const modelConfigInvalid = defineError<{ issues: readonly string[] }>(
  'MODEL_CONFIG_INVALID',
  'usage',
  ({ issues }) => `the model section has ${String(issues.length)} fault(s):\n  ${issues.join('\n  ')}`,
)

export const architectureAbsent = defineError<{ name: string }>(
  'MODEL_ARCHITECTURE_ABSENT',
  'usage',
  ({ name }) =>
    `the architecture "${name}" must come from your config, which defines it; a bundle keeps its graph but not its code; train with that config, or only score with this bundle`,
)

export const bundleMissing = defineError<{ directory: string }>(
  'BUNDLE_MISSING',
  'usage',
  ({ directory }) =>
    `${directory} must be a bundle directory with a manifest.json; found none; train one with \`widedeep train\` or pass --bundle`,
)

export const bundleVersionUnknown = defineError<{ directory: string; got: unknown; known: number }>(
  'BUNDLE_VERSION_UNKNOWN',
  'data',
  ({ directory, got, known }) =>
    `${directory}/manifest.json must have format version ${String(known)}; got ${String(got)}; use the release of widedeep that wrote it, or train again`,
)

export const bundleDamaged = defineError<{ file: string; expected: string; got: string }>(
  'BUNDLE_DAMAGED',
  'data',
  ({ file, expected, got }) =>
    `${file} must have the checksum ${expected.slice(0, 16)}… that its manifest states; got ${got.slice(0, 16)}${got.length > 16 ? '…' : ''}; copy the bundle again or train again`,
)

export const tableWrong = defineError<{ file: string; expected: number; got: number }>(
  'BUNDLE_TABLE_WRONG',
  'data',
  ({ file, expected, got }) =>
    `${file} must hold ${String(expected)} bytes, 4 for each weight that the manifest speaks of; got ${String(got)}; copy the bundle again or train again`,
)
