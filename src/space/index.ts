export { choice, integerRange, logRange, range } from './search-space.js'
export type { ChoiceDimension, NumberDimension, SearchDimension, SearchSpace } from './search-space.js'
export type { Settings, SettingValue, TuneDeclaration } from './search-space.js'
