/** The label and loss of a config as its head reads them, checked against the classes that there are. */
import type { Issue } from '../base/index.js'
import { suggestion } from '../base/index.js'
import type { Config } from '../features/index.js'
import { modelConfigInvalid } from './errors.js'
import type { Head, ResolvedLoss, ResolvedOutput } from './heads/index.js'
import { heads } from './heads/index.js'

/** Lin et al. 2017, §5.1. */
const defaultGamma = 2

const headOf = ({ model }: Config): Head => heads[model?.head ?? 'binary']

/** Every fault of what a config says about its head; `labels` are the classes that were learned. */
export function outputIssues(config: Config, labels: readonly string[]): Issue[] {
  const head = headOf(config)
  const classes = head.classes(labels)
  const { classWeights, positiveLabel } = config.data.label ?? {}
  const named = [
    ...Object.keys(classWeights ?? {}).map((name) => [`data.label.classWeights.${name}`, name] as const),
    ...(positiveLabel === undefined ? [] : [['data.label.positiveLabel', String(positiveLabel)] as const]),
  ]
  return [
    ...named.flatMap(([path, name]) => unknownClass(path, name, classes)),
    ...lossIssues(config.model?.loss, head),
    ...(config.data.negatives && !head.takesNegatives
      ? [
          issue(
            'data.negatives',
            `must not be there with head "${head.name}": no label of its says what was not chosen`,
          ),
        ]
      : []),
  ]
}

/** What the head of a config without faults makes of its labels. */
export function resolveOutput(config: Config, labels: readonly string[]): ResolvedOutput {
  const head = headOf(config)
  const { classWeights, positiveLabel } = config.data.label ?? {}
  const own = head.classes(labels)
  return {
    labels,
    logitWidth: head.logitWidth(labels),
    labelWidth: head.labelWidth(labels),
    loss: resolveLoss(config.model?.loss, head),
    classWeights: classWeights ? own.map((name) => classWeights[name] ?? 1) : null,
    rankWeights: head.rankWeights(labels, positiveLabel === undefined ? null : String(positiveLabel)),
  }
}

type Loss = NonNullable<Config['model']>['loss']

function resolveLoss(declared: Loss, { lossKinds: [first = 'crossEntropy'] }: Head): ResolvedLoss {
  const { kind = first, gamma = defaultGamma, alpha = null, labelSmoothing = 0 } = declared ?? {}
  return { kind, gamma, alpha, labelSmoothing }
}

function lossIssues(declared: Loss, head: Head): Issue[] {
  if (!declared) return []
  const { kind } = resolveLoss(declared, head)
  const stray = (['gamma', 'alpha'] as const).filter((key) => declared[key] !== undefined && kind !== 'focal')
  const isSmoothed = declared.labelSmoothing !== undefined && kind === 'squaredError'
  return [
    ...(head.lossKinds.includes(kind)
      ? []
      : [
          issue(
            'model.loss.kind',
            `must be one of ${head.lossKinds.join(', ')} for head "${head.name}"; got "${kind}"`,
          ),
        ]),
    ...[...stray, ...(isSmoothed ? ['labelSmoothing'] : [])].map((key) =>
      issue(`model.loss.${key}`, `must not be there: the loss "${kind}" has none`),
    ),
  ]
}

function unknownClass(path: string, name: string, classes: readonly string[]): Issue[] {
  if (classes.includes(name)) return []
  return [issue(path, `must be a class of the label; got "${name}"; ${suggestion(name, classes)}`)]
}

const issue = (path: string, message: string): Issue => ({ code: modelConfigInvalid.code, path, message })
