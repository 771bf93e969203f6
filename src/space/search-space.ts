/** What a user declares for the search of hyper-parameters: dotted paths into the config, and where each may lie. */

/** Plain data, as it may stand in a config. */
export type SettingValue =
  string | number | boolean | null | readonly SettingValue[] | { readonly [key: string]: SettingValue }

/** Values by dotted path: `{ 'model.deep.dropout': 0.2 }`. */
export type Settings = Readonly<Record<string, SettingValue>>

export interface NumberDimension {
  readonly kind: 'range' | 'logRange' | 'integerRange'
  readonly low: number
  readonly high: number
}

export interface ChoiceDimension {
  readonly kind: 'choice'
  readonly values: readonly SettingValue[]
}

/** Where one setting may lie. */
export type SearchDimension = NumberDimension | ChoiceDimension

/** Dimensions by the dotted path of the setting they are of. */
export type SearchSpace = Readonly<Record<string, SearchDimension>>

export interface TuneDeclaration {
  /** What is searched: `{ 'model.deep.dropout': range(0, 0.6) }`. */
  readonly space: SearchSpace
  /** Metric of the validation split that trials are compared by. Default: `training.metric`. */
  readonly metric?: string
  /** Most configurations tried. Default 30. */
  readonly trials?: number
  /** Seed of the proposals. Default: `training.seed`, else 1. */
  readonly seed?: number
}

/** A number from `low` to `high`, every part of the range as likely. */
export const range = (low: number, high: number): NumberDimension => Object.freeze({ kind: 'range', low, high })

/** A positive number from `low` to `high`, every order of magnitude as likely: learning rates, penalties. */
export const logRange = (low: number, high: number): NumberDimension => Object.freeze({ kind: 'logRange', low, high })

/** A whole number from `low` to `high`, both included. */
export const integerRange = (low: number, high: number): NumberDimension =>
  Object.freeze({ kind: 'integerRange', low, high })

/** One of these values, which have no order: `choice([[64], [128, 64]])`. */
export const choice = (values: readonly SettingValue[]): ChoiceDimension => Object.freeze({ kind: 'choice', values })
