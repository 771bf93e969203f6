/** `model.architecture` of the config: which one it names, and its options with their defaults filled in. */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import type { ModelDeclaration } from '../features/index.js'
import type { Architecture } from './architectures/index.js'
import { architectures, defineArchitecture } from './architectures/index.js'
import { architectureAbsent, modelConfigInvalid } from './errors.js'

type Declaration = ModelDeclaration['architecture']

export interface ResolvedArchitecture {
  readonly architecture: Architecture
  readonly options: Readonly<Record<string, unknown>>
}

const path = 'model.architecture'

/** Every fault of the declaration; `hasDeep`: whether the model keeps its deep part. */
export function architectureIssues(declared: Declaration, hasDeep: boolean): Issue[] {
  const { name, given } = parse(declared)
  const architecture = find(declared)
  if (!architecture) {
    const known = architectures.map((one) => one.name)
    return [
      issue(
        path,
        `must be an architecture or one made with defineArchitecture; got ${shown(name)}; ${suggestion(name, known)}`,
      ),
    ]
  }
  const needs = architecture.needsDeep && !hasDeep ? [issue('model.deep', `must be kept for ${name}; got false`)] : []
  return [...needs, ...Object.entries(given).flatMap(([key, value]) => optionIssues(architecture, key, value))]
}

/** The architecture of a declaration without faults. */
export function resolveArchitecture(declared: Declaration): ResolvedArchitecture {
  const { given } = parse(declared)
  const architecture = find(declared) ?? architectures[0]
  const options = Object.fromEntries(
    Object.entries(architecture.options).map(([key, option]) => [key, given[key] ?? option.default]),
  )
  return { architecture, options }
}

function parse(declared: Declaration): { name: string; given: Readonly<Record<string, unknown>> } {
  if (declared === undefined) return { name: architectures[0].name, given: {} }
  if (typeof declared === 'string') return { name: declared, given: {} }
  const { name, ...given } = declared
  return { name, given: isOwn(declared) ? {} : given }
}

function find(declared: Declaration): Architecture | undefined {
  if (typeof declared === 'object' && isOwn(declared)) return ownArchitecture(declared)
  return architectures.find(({ name }) => name === parse(declared).name)
}

/** Made by `defineArchitecture`: also when read back from a bundle, where functions are gone. */
const isOwn = (declared: object): boolean => 'usesSequences' in declared && 'needsDeep' in declared

function ownArchitecture(declared: object): Architecture {
  const own = declared as Partial<Architecture> & Pick<Architecture, 'name' | 'usesSequences' | 'needsDeep'>
  if (typeof own.logit === 'function') return own as Architecture
  const absent = (): never => {
    throw architectureAbsent({ name: own.name })
  }
  return defineArchitecture({ ...own, options: {}, logit: absent })
}

function optionIssues(architecture: Architecture, key: string, value: unknown): Issue[] {
  const option = architecture.options[key]
  if (!option) {
    const hint = suggestion(key, Object.keys(architecture.options))
    return [issue(`${path}.${key}`, `must be an option of ${architecture.name}; ${hint}`)]
  }
  return option.fits(value) ? [] : [issue(`${path}.${key}`, `must be ${option.expected}; got ${shown(value)}`)]
}

const issue = (at: string, message: string): Issue => ({ code: modelConfigInvalid.code, path: at, message })
