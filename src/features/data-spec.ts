/** The data section of the config: files, labels, splits, keys, histories. Plain data. */

/** How text files are read; every key has the default of RFC 4180 files with a header. */
export interface FileFormat {
  readonly type?: 'csv' | 'parquet' | 'ndjson'
  readonly delimiter?: string
  readonly encoding?: 'utf-8' | 'latin-1' | 'utf-16'
  /** Values that mean "missing", beside the empty one. */
  readonly null?: string | readonly string[]
  readonly header?: boolean
  /** Column names when the file has no header. */
  readonly columns?: readonly string[]
  readonly quote?: string
  /** Rows whose cells do not parse: the largest share of rows that may be left out with a warning. Default 0.001. */
  readonly badRows?: number
}

/** A table joined to the examples by key. */
export interface JoinDeclaration {
  readonly from: string
  /** Column of the same name on both sides, or `{ examples: 'movie_id', table: 'id' }`. */
  readonly on: string | { readonly examples: string; readonly table: string }
  readonly format?: FileFormat
}

export interface LabelDeclaration {
  /** Column of the examples. Either this or `action`. */
  readonly column?: string
  /**
   * Kinds of actions that make an impression positive (those of `data.actions.kind`; any name when the log has one kind), or with
   * the weight that each gives the example: `{ click: 1, install: 5 }`. The largest counts.
   */
  readonly action?: string | readonly string[] | Readonly<Record<string, number>>
  /** How long after an impression an action counts for it. Default '24h'. Impressions whose time is not over are left out. */
  readonly within?: string
  /** Which impression of the user and item an action counts for: the `last` before it (default) or the `first` in its window. */
  readonly credit?: 'first' | 'last'
  /** Values that are positive, for a binary head; without it the column is read as a number. */
  readonly positive?: readonly (string | number)[]
  /** Positive when the number is at least this, for example a rating of 4. */
  readonly atLeast?: number
  /** Classes of a multi-class or multi-label head, in the order of their logits. Default: those of the training split, sorted. */
  readonly classes?: readonly (string | number)[]
  /** Factors on the weight of rows of a class in training (of a label, for a multi-label head); 1 where none is given. */
  readonly classWeights?: Readonly<Record<string, number>>
  /** The class whose probability items are ranked by. */
  readonly positiveLabel?: string | number
  /** Between the labels of a text, for a multi-label head. Default `|`. */
  readonly separator?: string
}

export type SplitDeclaration =
  /** The last `test` (and `validation` before it) of the time column, by share (`0.1`) or by duration (`'1d'`). */
  | {
      readonly by: 'time'
      readonly column?: string
      readonly validation?: number | string
      readonly test?: number | string
      /** So long before a later split rows belong to none ('1d'), so that what they learn late is not of its time. */
      readonly gap?: string
    }
  /** A column that names the split: values 'train', 'validation', 'test'. */
  | { readonly by: 'column'; readonly column: string }
  /** Whole users: none is in two splits. */
  | { readonly by: 'user'; readonly validation?: number; readonly test?: number; readonly seed?: number }
  | {
      readonly by: 'random'
      readonly validation?: number
      readonly test?: number
      readonly seed?: number
      /** `'user'`: the shares are drawn from each user's rows, so that every user with enough of them has some in each split. */
      readonly within?: 'user'
    }

/** A list feature of the user's own earlier rows: strictly before the row's time, so that the future never leaks. */
export interface HistoryDeclaration {
  /** Column collected, usually the item key; of an action log always the item. */
  readonly of: string
  /** Kinds of actions to collect from `data.actions`, as of when they were known, instead of the user's own rows. */
  readonly action?: string | readonly string[]
  /** Only earlier rows where this column is at least this number. */
  readonly where?: { readonly column: string; readonly atLeast: number }
  /** The last so many, newest last. Default 20. */
  readonly last?: number
  /**
   * `'earlier'` (default): rows before the row's own time. `'others'`: all other rows of the user in the training split, for
   * data without order or with a random split; it would leak the future into a split by time, and is refused there.
   */
  readonly take?: 'earlier' | 'others'
}

/**
 * A number about the past as of each impression: events that were known strictly before it. A numeric feature of the same name (or
 * one that says `from`) reads it.
 */
export interface AggregateDeclaration {
  /**
   * `count`: how many events; `rate`: actions per impression, drawn to the rate of everyone at that moment; `recency`: seconds since the
   * last event, missing when there was none.
   */
  readonly take: 'count' | 'rate' | 'recency'
  /** Whose events: the user's, the item's, or those of the user with the item (`['user', 'item']`). */
  readonly by: 'user' | 'item' | readonly ('user' | 'item')[]
  /** Kinds of actions of `data.actions`. Without it impressions are meant; a rate needs it. */
  readonly action?: string | readonly string[]
  /** Only the events of so long before the impression, such as '7d'. Default: all. */
  readonly within?: string
  /** Of a rate: how many impressions at everyone's rate it begins with. Default 20. */
  readonly smoothing?: number
}

/**
 * Data that tells only what was done, not what was shown: in each epoch every positive training row is joined by rows with
 * the same user and context and another item, drawn anew; never an item that the user acted on in training.
 */
export interface NegativesDeclaration {
  /**
   * `uniform` over the items (default), `popularity` (positives to the power 0.75), `inBatch`: items of the batch's positives,
   * or `all`: each item that a user did not act on, once an epoch. The last ranks best, for users × items up to 200 million.
   */
  readonly sampling?: 'uniform' | 'popularity' | 'inBatch' | 'all'
  /** Rows for each positive one; not with `all`. Default 4. */
  readonly perPositive?: number
}

/** A log of what was shown, one row an item. */
export interface ImpressionsDeclaration {
  readonly from: string | readonly string[]
  /** Column with the moment from which the impression was known: counts of impressions have it from then on. Default: its time. */
  readonly known?: string
  /** Column that is false where nobody saw the item: such a row counts as an impression, and is no example. */
  readonly seen?: string
}

/** A log of what users did. Its columns have the names of `data.user`, `data.item` and `data.time` unless said otherwise. */
export interface ActionsDeclaration {
  readonly from: string | readonly string[]
  /** Column with the kind of action; without it all are of one kind. */
  readonly kind?: string
  readonly user?: string
  readonly item?: string
  readonly time?: string
  /** Column with the moment from which the action was known: where it comes late, histories have it from then on. */
  readonly known?: string
  /** Column, in both logs, of the request that showed the item: where both rows have one, it decides instead of the user. */
  readonly request?: string
  readonly format?: FileFormat
}

/**
 * Where an item was shown. A feature that reads the column learns what the place alone does; at serving, where the place is what
 * the ranking is to find, it is a constant.
 */
export interface PositionDeclaration {
  readonly column: string
  /** What the feature is at serving. Default 1: every item as if it stood first. */
  readonly atServing?: number | string
  /** The last position that users can have seen; rows beyond it are left out. Default: all are seen. */
  readonly lastSeen?: number
}

/** How likely the logging policy was to show the row: examples then weigh as if items had been shown at random. */
export interface PropensityDeclaration {
  /** Column of probabilities above 0. */
  readonly column: string
  /** Largest inverse of one. Default 100. */
  readonly clip?: number
}

export interface DataDeclaration {
  /** Labelled rows: a path, a glob or several. */
  readonly examples?: string | readonly string[]
  readonly validation?: string | readonly string[]
  readonly test?: string | readonly string[]
  /** Files to leave out though a pattern names them, such as a day that is known to be wrong: a path, a glob or several. */
  readonly exclude?: string | readonly string[]
  readonly format?: FileFormat
  readonly join?: readonly JoinDeclaration[]
  readonly label?: LabelDeclaration
  readonly weight?: string
  readonly split?: SplitDeclaration
  /** Key columns: who, what, when. Ranking and grouped metrics need `user` and `item`. */
  readonly user?: string
  readonly item?: string
  readonly time?: string
  /** Column to show for an item. */
  readonly title?: string
  readonly history?: Readonly<Record<string, HistoryDeclaration>>
  readonly propensity?: PropensityDeclaration
  readonly position?: PositionDeclaration
  readonly aggregates?: Readonly<Record<string, AggregateDeclaration>>
  readonly negatives?: NegativesDeclaration
  /** What was shown: instead of `examples` where the label is to be found among the actions, or by another name for them. */
  readonly impressions?: string | readonly string[] | ImpressionsDeclaration
  /** What was done: the source of labels (`label.action`) and of histories (`history.*.action`). */
  readonly actions?: string | readonly string[] | ActionsDeclaration
}
