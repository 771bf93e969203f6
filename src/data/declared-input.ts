/** From the data section of a config to the files that make its examples. */
import type { Config } from '../features/index.js'
import { impressionsDeclaration } from '../features/index.js'
import { examplesUndeclared } from './errors.js'
import type { ExamplesInput } from './examples.js'

/** The files of a config, by the split that they are given for. */
export function declaredInput(config: Config, configDirectory: string): ExamplesInput {
  const { validation, test } = config.data
  const examples = config.data.examples ?? impressionsDeclaration(config)?.from
  if (examples === undefined) throw examplesUndeclared({ need: 'examples' })
  const listed = (patterns: string | readonly string[]): readonly string[] =>
    typeof patterns === 'string' ? [patterns] : patterns
  const files = {
    examples: listed(examples),
    ...(validation === undefined ? {} : { validation: listed(validation) }),
    ...(test === undefined ? {} : { test: listed(test) }),
  }
  return { config, configDirectory, files }
}
