import type { Issue } from '../base/index.js'
import { defineError } from '../base/index.js'

export const stateMissing = defineError<{ column: string }>(
  'FEATURES_STATE_MISSING',
  'data',
  ({ column }) =>
    `the feature state must have column "${column}"; it has none; prepare the data again with this config`,
)

export const stateVersionUnknown = defineError<{ path: string; got: unknown }>(
  'FEATURES_STATE_VERSION_UNKNOWN',
  'data',
  ({ path, got }) =>
    `${path} must have format version 1; got ${String(got)}; use the release that wrote it, or prepare again`,
)

export const settingBlocked = defineError<{ path: string; block: string }>(
  'FEATURES_SETTING_BLOCKED',
  'usage',
  ({ path, block }) =>
    `the setting ${path} must lead through objects of the config; ${block} is none; set ${block} itself, or declare it as an object`,
)

/** Code of the issues that validation of a config finds. */
const configFault = 'FEATURES_CONFIG_FAULT'

/** A fault of the config at a path. */
export const faultAt = (path: string, message: string): Issue => ({ code: configFault, path, message })
